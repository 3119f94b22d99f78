import Glibc
import TestSupport

/// A local object store of PyPI, as `deploy/store-servers` installs it, on a free port, with a bucket named `bucket`.
struct StoreServer {
    let url: String
    private let process: TestProcess

    enum Kind { case gcs, s3 }

    /// - Throws: what is missing.
    init(_ kind: Kind) throws {
        process = try TestProcess(
            "env", "-i", "HOME=/tmp", "PATH=/usr/bin:/bin", try Self.python(), "-c", kind == .gcs ? Self.gcs : Self.s3)
        guard process.firstLine.hasPrefix("http://") else {
            throw TestProcess.Failure("the local object store did not start: \(process.firstLine)")
        }
        url = process.firstLine
    }

    /// Runs a program in Python with the foreign clients and gives what it prints.
    static func run(_ program: String, _ arguments: String..., environment: [String] = []) throws -> String {
        try TestProcess.output(["env", "-i", "HOME=/tmp", "PATH=/usr/bin:/bin"] + environment + [try python(), "-c", program] + arguments)
    }

    private static func python() throws -> String {
        let checkout = #filePath.split(separator: "/").dropLast(3).reduce("") { $0 + "/" + $1 }
        let directory = unsafe getenv("FARM_STORE_SERVERS").map { unsafe String(cString: $0) } ?? checkout + "/.farm/store-servers"
        let python = directory + "/bin/python"
        guard unsafe access(python, X_OK) == 0 else { throw TestProcess.Failure("\(python) is missing: run deploy/store-servers") }
        return python
    }

    private static let gcs = """
        import logging, threading
        from gcp_storage_emulator.server import create_server
        logging.disable(logging.CRITICAL)
        server = create_server("127.0.0.1", 0, in_memory=True, default_bucket="bucket")
        server.start()
        print(f"http://127.0.0.1:{server._api._httpd.server_port}", flush=True)
        threading.Event().wait()
        """

    private static let s3 = """
        import contextlib, io, logging, threading
        import boto3
        from moto.server import ThreadedMotoServer
        logging.disable(logging.CRITICAL)
        with contextlib.redirect_stdout(io.StringIO()):
            server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
            server.start()
        url = "http://%s:%d" % server.get_host_and_port()
        client = boto3.client("s3", endpoint_url=url, region_name="us-east-1", aws_access_key_id="key", aws_secret_access_key="secret")
        client.create_bucket(Bucket="bucket")
        print(url, flush=True)
        threading.Event().wait()
        """
}
