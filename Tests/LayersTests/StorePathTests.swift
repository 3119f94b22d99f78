import Layers
import Testing

@Suite struct StorePathTests {
    private static let hash = "0123456789abcdfghijklmnpqrsvwxyz"

    @Test(arguments: ["a", "hello-2.12.1", "a+b-c._?=", "-x", ".hidden", "..x", String(repeating: "n", count: 211)])
    func takes(name: String) throws {
        let path = try StorePath("/nix/store/\(Self.hash)-\(name)")
        #expect(path.name == name)
        #expect(path.baseName == "\(Self.hash)-\(name)")
        #expect(path.description == "/nix/store/\(Self.hash)-\(name)")
    }

    @Test(arguments: [
        ("", StorePathError.Problem.notInStore),
        ("/nix/store", .notInStore),
        ("nix/store/\(hash)-x", .notInStore),
        ("/nix/store/", .hash),
        ("/nix/store/\(hash)", .hash),
        ("/nix/store/\(hash)x-x", .hash),
        ("/nix/store/\(hash.dropLast())-x", .hash),
        ("/nix/store/\(hash.dropLast())e-x", .hash),
        ("/nix/store/\(hash.dropLast())A-x", .hash),
        ("/nix/store/\(hash)-", .nameLength),
        ("/nix/store/\(hash)-\(String(repeating: "n", count: 212))", .nameLength),
        ("/nix/store/\(hash)-x/bin", .name),
        ("/nix/store/\(hash)-x y", .name),
        ("/nix/store/\(hash)-é", .name),
        ("/nix/store/\(hash)-x\n", .name),
        ("/nix/store/\(hash)-x\u{0}", .name),
        ("/nix/store/\(hash)-.", .name),
        ("/nix/store/\(hash)-..", .name),
        ("/nix/store/\(hash)-..-x", .name),
        ("/nix/store/../../etc/\(hash)-x", .hash),
    ])
    func refuses(text: String, problem: StorePathError.Problem) {
        let error = #expect(throws: StorePathError.self) { try StorePath(text) }
        #expect(error?.problem == problem)
    }

    @Test func orderIsBytewise() throws {
        let names = ["B", "a", "a-b", "a.b", "a0", "aB", "ab"]
        let paths = try names.map { try StorePath("/nix/store/\(Self.hash)-\($0)") }
        #expect(paths.shuffled().sorted() == paths)
    }
}
