internal import HTTP
import Hashing
import Logging

/// Makes the addresses at which clients get blobs of a bucket.
struct GoogleAddressSigner: Sendable {
    let base: String
    let bucket: String
    /// `nil`: addresses are public.
    let key: GoogleSigningKey?
    let clock: StorageClock
    let logger: Logger

    /// In seconds.
    static let lifetime = 3600

    func address(_ digest: Digest, _ method: BlobMethod) async throws -> BlobAddresses.Address {
        let path = "/\(PercentEncoding.encode(bucket))/\(ObjectName.blob(digest))"
        let unsigned = BlobAddresses.Address(url: base + path, lifetime: nil)
        guard let key, let address = HTTPAddress(base) else { return unsigned }
        guard let account = try await key.account() else { return unsigned }
        let signature = GoogleSignature(
            account: account, method: method.rawValue, scheme: address.scheme, authority: address.authority, path: path,
            time: SigningTime(seconds: clock.now()), lifetime: Self.lifetime)
        guard let signed = try await key.sign(try signature.stringToSign(), account: account, logger: logger) else { return unsigned }
        return BlobAddresses.Address(url: signature.url(signature: Hexadecimal.encode(signed)), lifetime: .seconds(Self.lifetime))
    }
}
