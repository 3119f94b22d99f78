import Hashing
import Registry
import Testing

@Suite struct RecipeTests {
    static let commit = String(repeating: "a", count: 40)

    static func recipe(_ name: String, source: PackageSource = .git(url: "https://example.org/set", revision: commit)) throws -> Recipe {
        Recipe(
            source: source,
            name: try ImageName(parsing: name),
            layering: Recipe.Layering(strategy: "dominators", budget: 94),
            packing: Recipe.Packing(version: 1, codec: "gzip", level: 1)
        )
    }

    @Test(arguments: ["hello", "shell/git", "arm64/hello", "git/hello"])
    func decodesWhatItEncodes(name: String) throws {
        let recipe = try Self.recipe(name)
        #expect(try Recipe(decoding: recipe.encoding) == recipe)
    }

    @Test func orderAndRepetitionDoNotMatter() throws {
        #expect(try Self.recipe("git/hello").buildKey() == Self.recipe("hello/git/hello").buildKey())
    }

    /// Each pair once had one key in a predecessor, or might have.
    @Test(arguments: [
        ("arm64/hello", "hello"),
        ("shell/git", "bashinteractive/coreutils/moreutils/nano/git"),
        ("a-b", "a/b"),
        ("ab/c", "a/bc"),
    ])
    func differentContentsHaveDifferentKeys(left: String, right: String) throws {
        #expect(try Self.recipe(left).buildKey() != Self.recipe(right).buildKey())
    }

    @Test func theRepositoryCounts() throws {
        let other = PackageSource.git(url: "https://example.org/other", revision: Self.commit)
        #expect(try Self.recipe("hello").buildKey() != Self.recipe("hello", source: other).buildKey())
    }

    @Test func submodulesCount() throws {
        let source = PackageSource.git(url: "https://example.org/set", revision: Self.commit, submodules: true)
        let recipe = try Self.recipe("hello", source: source)
        #expect(try recipe.buildKey() != Self.recipe("hello").buildKey())
        #expect(try Recipe(decoding: recipe.encoding) == recipe)
    }

    @Test func damagedRecipesAreRefused() throws {
        let encoding = try Self.recipe("hello").encoding
        for cut in 0..<encoding.count {
            #expect(throws: RecipeError.self) { try Recipe(decoding: Array(encoding.prefix(cut))) }
        }
        #expect(throws: RecipeError.self) { try Recipe(decoding: encoding + [0]) }
    }

    /// The key is stored in databases and buckets: it must not move when the program does.
    @Test func goldenKey() throws {
        #expect(try Self.recipe("shell/git").buildKey().hex == "41fbb20987f6b5950a3a0decc5dfe9cb0ee4d4f6ef6c982b4190359407ae0700")
    }
}
