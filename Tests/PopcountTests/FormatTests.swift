import Layers
import TestSupport
import Testing

@testable import popcount

@Suite struct FormatTests {
    private static func path(_ name: String) -> String { "/nix/store/\(String(repeating: "0", count: 32))-\(name)" }

    private static func packed(_ text: String) async throws -> [UInt8] {
        let base64 = try await BinaryCache.run("sh", "-c", #"printf %s "$0" | xz | base64 -w 0"#, text)
        return try decode(base64)
    }

    private static func decode(_ base64: String) throws -> [UInt8] {
        let digits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
        var bytes: [UInt8] = []
        var bits = 0
        var value = 0
        for digit in base64.utf8.prefix(while: { $0 != UInt8(ascii: "=") }) {
            value = value << 6 | (try #require(digits.firstIndex(of: digit)))
            bits += 6
            if bits >= 8 {
                bits -= 8
                bytes.append(UInt8(truncatingIfNeeded: value >> bits))
                value &= (1 << bits) - 1
            }
        }
        return bytes
    }

    @Test func unpacksAndRefusesWhatIsDamaged() async throws {
        let text = String(repeating: "a line of text\n", count: 100_000)
        let packed = try await Self.packed(text.prefix(90_000).description)
        #expect(try XZ.unpacked(packed, limit: 1 << 20) == Array(text.utf8.prefix(90_000)))
        #expect(try XZ.unpacked(packed + packed, limit: 1 << 20).count == 180_000)
        func reason(_ bytes: [UInt8], limit: Int = 1 << 20) -> String? {
            #expect(throws: PopcountError.self) { try XZ.unpacked(bytes, limit: limit) }?.description
        }
        #expect(reason(packed.dropLast(20))?.contains("cut short") == true)
        #expect(reason([])?.contains("cut short") == true)
        #expect(reason(Array("no archive at all".utf8))?.contains("no .xz data") == true)
        var damaged = packed
        damaged[damaged.count / 2] ^= 0xff
        #expect(reason(damaged)?.contains("damaged") == true)
        #expect(reason(packed, limit: 1000)?.contains("limit") == true)
    }

    @Test func listsAreSortedWithoutDerivations() throws {
        let text = [Self.path("b"), Self.path("a"), Self.path("b"), Self.path("c.drv")].joined(separator: "\n") + "\n"
        #expect(try StorePathList.parse(Array(text.utf8)).map(\.name) == ["a", "b"])
        for text in ["", "\n", "/nix/store/x\n", Self.path("c.drv")] {
            #expect(throws: PopcountError.self) { try StorePathList.parse(Array(text.utf8)) }
        }
    }

    @Test func aReferrerCountsOnceForAName() throws {
        var referrers = Referrers()
        let other = "/nix/store/\(String(repeating: "1", count: 32))-a"
        try referrers.add(StorePath(Self.path("b")), references: [StorePath(Self.path("a")), StorePath(other), StorePath(Self.path("b"))])
        #expect(referrers.counts == ["a": 1, "b": 0])
    }

    @Test func registrationsAreRead() throws {
        let hash = String(repeating: "0", count: 64)
        let entry = "\(Self.path("a"))\n\(hash)\n10\n\n2\n\(Self.path("a"))\n\(Self.path("b"))\n"
        let derivation = "\(Self.path("d.drv"))\n\(hash)\n1\n\n1\n\(Self.path("b"))\n"
        let referrers = try StoreRegistration.referrers(entry + derivation)
        #expect(referrers.counts == ["a": 0, "b": 1] && referrers.paths == 1)
        for damaged in [
            String(entry.dropLast(80)), "x\n", entry.replacing("\n2\n", with: "\n-1\n"), entry.replacing(Self.path("b"), with: "b"),
        ] {
            #expect(throws: PopcountError.self) { try StoreRegistration.referrers(damaged) }
        }
    }
}
