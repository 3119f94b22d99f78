import Hashing
import Testing

@Suite struct SHA256Tests {
    /// Known answers of FIPS 180-4 and of the empty message.
    @Test(arguments: [
        ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
        ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        (
            "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
        ),
    ])
    func knownAnswer(message: String, hex: String) throws {
        #expect(try SHA256.digest(of: Array(message.utf8)).hex == hex)
    }

    @Test(arguments: ["sha256:", "sha512:ab", "sha256:" + String(repeating: "A", count: 64), "sha256:" + String(repeating: "a", count: 63)])
    func refusesOtherDigests(text: String) {
        #expect(Digest(text) == nil)
    }

    @Test func roundTrip() throws {
        let digest = try SHA256.digest(of: [1, 2, 3])
        #expect(Digest(digest.description) == digest)
    }
}
