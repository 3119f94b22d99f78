import Foundation
import Hashing
import ObjectStorage
import TestSupport
import Testing

/// One of Google's conformance tests for signed addresses.
struct GoogleVector: Decodable, Sendable, CustomTestStringConvertible {
    struct File: Decodable { let signingV4Tests: [GoogleVector] }

    let description: String
    let bucket: String
    let object: String?
    let urlStyle: String?
    let method: String
    let expiration: Int
    let timestamp: String
    let headers: [String: String]?
    let queryParameters: [String: String]?
    let expectedUrl: String
    let expectedCanonicalRequest: String
    let expectedStringToSign: String

    var testDescription: String { description }

    static let all = (try? JSONDecoder().decode(File.self, from: Fixture.data("gcs-v4-signatures.json")))?.signingV4Tests ?? []
    static let account = "test-iam-credentials@dummy-project-id.iam.gserviceaccount.com"

    /// In this one the bucket stands in the canonical request's path too, although the string to sign is that of one without.
    var contradictsItself: Bool { description == "Universe domain with virtual hosted style" }

    var signature: GoogleSignature {
        let address = expectedUrl.prefix { $0 != "?" }.split(separator: "/", maxSplits: 2, omittingEmptySubsequences: false)
        let host = String(address[2].prefix { $0 != "/" })
        let inHost = urlStyle != nil
        let object = object.map { "/" + PercentEncoding.encode($0, keepsSlashes: true) } ?? ""
        let time = SigningTime(seconds: Timestamp.seconds(timestamp) ?? 0)
        return GoogleSignature(
            account: Self.account, method: method, scheme: String(address[0].dropLast()), authority: host,
            path: (inHost ? "" : "/\(bucket)") + object, time: time, lifetime: expiration,
            headers: (headers ?? [:]).map { (name: $0.key, value: $0.value) },
            query: (queryParameters ?? [:]).map { (name: $0.key, value: $0.value) })
    }
}

struct S3Vectors: Decodable {
    struct Request: Decodable, Sendable {
        let method: String
        let host: String
        let path: String
        let query: [String: String]
        let headers: [String: String]
        let payload: String
        let token: String?
        let expected: [String: String]
    }

    struct Address: Decodable, Sendable {
        let method: String
        let scheme: String
        let host: String
        let path: String
        let token: String?
        let expected: String
    }

    let requests: [Request]
    let addresses: [Address]

    static let all =
        (try? JSONDecoder().decode(S3Vectors.self, from: Fixture.data("s3-signatures.json"))) ?? S3Vectors(requests: [], addresses: [])

    static func signer(_ token: String?) -> S3Signer {
        S3Signer(
            credentials: S3Credentials(
                accessKey: "AKIDEXAMPLE", secretKey: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", sessionToken: token),
            region: "eu-central-1")
    }

    /// 2024-05-06, 07:08:09.
    static let time = SigningTime(seconds: 1_714_979_289)
}

@Suite struct SignatureTests {
    @Test func theFixturesAreThere() {
        #expect(GoogleVector.all.count == 26)
        #expect(S3Vectors.all.requests.count == 22)
        #expect(S3Vectors.all.addresses.count == 4)
    }

    @Test(arguments: GoogleVector.all)
    func googleKnownAnswers(vector: GoogleVector) throws {
        let signature = vector.signature
        if !vector.contradictsItself { #expect(signature.request.text == vector.expectedCanonicalRequest) }
        #expect(try signature.stringToSign() == vector.expectedStringToSign)
        let known = vector.expectedUrl.components(separatedBy: "X-Goog-Signature=").last ?? ""
        #expect(Set(parts(signature.url(signature: known))) == Set(parts(vector.expectedUrl)))
    }

    private func parts(_ url: String) -> [Substring] { url.split { $0 == "?" || $0 == "&" } }

    @Test func opensslVerifiesTheSignature() throws {
        let directory = try TestProcess.temporaryDirectory()
        let (key, text, signed) = (directory + "/key.pem", directory + "/text", directory + "/signature")
        try TestProcess.run("openssl", "genpkey", "-quiet", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048", "-out", key)
        try TestProcess.run("openssl", "pkey", "-in", key, "-pubout", "-out", directory + "/public.pem")
        let rsa = try #require(RSAKey(pem: String(contentsOfFile: key, encoding: .utf8)))
        for vector in GoogleVector.all.prefix(3) {
            let string = try vector.signature.stringToSign()
            let signature = try #require(rsa.signature(of: string))
            try Data(string.utf8).write(to: URL(fileURLWithPath: text))
            try Data(signature).write(to: URL(fileURLWithPath: signed))
            let verdict = try TestProcess.output([
                "openssl", "dgst", "-sha256", "-verify", directory + "/public.pem", "-signature", signed, text,
            ])
            #expect(verdict.contains("Verified OK"))
            try Data(signature.map { $0 ^ 1 }).write(to: URL(fileURLWithPath: signed))
            #expect(throws: TestProcess.Failure.self) {
                try TestProcess.output(["openssl", "dgst", "-sha256", "-verify", directory + "/public.pem", "-signature", signed, text])
            }
        }
    }

    @Test func otherKeysAreRefused() throws {
        let key = try TestProcess.output(["openssl", "genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256"])
        #expect(RSAKey(pem: key.replacingOccurrences(of: "; ", with: "\n")) == nil)
        #expect(RSAKey(pem: "") == nil)
        #expect(RSAKey(pem: "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n") == nil)
    }

    @Test(arguments: S3Vectors.all.requests)
    func botocoreSignsRequestsAlike(vector: S3Vectors.Request) throws {
        let headers = try S3Vectors.signer(vector.token).headers(
            method: vector.method, host: vector.host, path: vector.path, query: vector.query.map { (name: $0.key, value: $0.value) },
            headers: vector.headers.map { (name: $0.key, value: $0.value) }, payload: vector.payload, time: S3Vectors.time)
        let found = Dictionary(headers.map { ($0.name.lowercased(), $0.value) }) { first, _ in first }
        #expect(found == vector.expected)
    }

    @Test(arguments: S3Vectors.all.addresses)
    func botocoreSignsAddressesAlike(vector: S3Vectors.Address) throws {
        let url = try S3Vectors.signer(vector.token).url(
            method: vector.method, scheme: vector.scheme, host: vector.host, path: vector.path, lifetime: 3600, time: S3Vectors.time)
        #expect(Set(parts(url)) == Set(parts(vector.expected)))
    }
}
