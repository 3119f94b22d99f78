import Glibc
import TestSupport

/// An HTTPS server with a certificate for `localhost` that nobody has signed, made for it.
final class TLSServer {
    let port: Int
    let certificate: String
    private let server: TestProcess

    init() throws {
        let directory = try TestProcess.temporaryDirectory()
        certificate = directory + "/certificate.pem"
        try TestProcess.run(
            "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj",
            "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-keyout", directory + "/key.pem", "-out", certificate)
        server = try TestProcess(
            "python3", "-c",
            """
            import http.server, ssl, sys
            server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), http.server.SimpleHTTPRequestHandler)
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(sys.argv[1], sys.argv[2])
            server.socket = context.wrap_socket(server.socket, server_side=True)
            print(server.server_port, flush=True)
            server.serve_forever()
            """, certificate, directory + "/key.pem")
        guard let port = Int(server.firstLine) else { throw TestProcess.Failure("the TLS server did not start: \(server.firstLine)") }
        self.port = port
    }
}
