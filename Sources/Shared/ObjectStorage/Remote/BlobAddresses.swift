import Hashing

/// Where clients get blobs of a remote store. What was found to be there is remembered for some minutes, and so is an address, for part of
/// its life, so that a pull of many layers costs no request to the store and few signatures.
struct BlobAddresses: Sendable {
    struct Address: Hashable, Sendable {
        let url: String
        /// From the moment that it was made; `nil`: for ever.
        let lifetime: Duration?
    }

    private struct Key: Hashable {
        let digest: Digest
        let method: BlobMethod
    }

    private struct Signed {
        let address: Address
        let made: ContinuousClock.Instant
    }

    /// How long a blob that was there counts as there.
    static let presence = Duration.seconds(300)
    /// How long an address is handed out: half of the life that signers give it.
    static let reuse = Duration.seconds(1800)

    private let clock: StorageClock
    private let present: Remembered<Digest, Bool>
    private let signed: Remembered<Key, Signed>
    private let exists: @Sendable (Digest) async throws -> Bool
    private let sign: @Sendable (Digest, BlobMethod) async throws -> Address

    init(
        clock: StorageClock, exists: @escaping @Sendable (Digest) async throws -> Bool,
        sign: @escaping @Sendable (Digest, BlobMethod) async throws -> Address
    ) {
        self.clock = clock
        self.exists = exists
        self.sign = sign
        present = Remembered(capacity: 65536, lifetime: Self.presence, clock: clock)
        signed = Remembered(capacity: 16384, lifetime: Self.reuse, clock: clock)
    }

    func locate(_ digest: Digest, _ method: BlobMethod) async throws -> BlobLocation? {
        if present[digest] == nil {
            guard try await exists(digest) else { return nil }
            isThere(digest)
        }
        let key = Key(digest: digest, method: method)
        if let known = signed[key] {
            let age = clock.instant() - known.made
            return .redirect(url: known.address.url, lifetime: known.address.lifetime.map { $0 - age })
        }
        let made = clock.instant()
        let address = try await sign(digest, method)
        signed.remember(key, Signed(address: address, made: made))
        return .redirect(url: address.url, lifetime: address.lifetime)
    }

    func isThere(_ digest: Digest) { present.remember(digest, true) }

    func mayBeGone(_ name: ObjectName) {
        if name.path.hasPrefix("layers/"), let digest = Digest(hex: name.path.dropFirst(7)) { present.forget(digest) }
    }
}
