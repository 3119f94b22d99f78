import Registry
import Testing

@Suite struct SourceTests {
    private static let hash = String(repeating: "a", count: 32)

    @Test(arguments: [
        (PackageSource.path("/nix/store/\(hash)-set"), true), (.path("/nix/store/\(hash)-set/default.nix"), true),
        (.path("/srv/set"), false), (.path("/nix/store"), false), (.path("/nix/store/"), false), (.path("/nix/store/\(hash)"), false),
        (.path("/nix/store/\(hash)-"), false), (.path("/nix/store/set"), false), (.path("/nix/store/\(hash)-set/../../../srv/set"), false),
        (.path("/mnt/nix/store/\(hash)-set"), false), (.channel(revision: RecipeTests.commit), true),
        (.git(url: "u", revision: RecipeTests.commit), true),
    ])
    func whatCannotChangeIsPinned(source: PackageSource, isPinned: Bool) { #expect(source.isPinned == isPinned) }

    @Test func submodulesAreAskedFor() {
        let source = PackageSource.git(url: #"https://x/"y"#, revision: "r", submodules: true)
        #expect(source.nixArgument.text == #"{"type":"git","url":"https://x/\"y","rev":"r","submodules":true}"#)
        // Records stand under the digest of this text: without submodules it is as it always was.
        let plain = PackageSource.git(url: "u", revision: "r")
        #expect(plain.nixArgument.text == #"{"type":"git","url":"u","rev":"r"}"#)
    }

    @Test(arguments: [
        ("fatal: unable to access 'https://user:secret@host/x/': no", "fatal: unable to access 'https://host/x/': no"),
        ("https://a:b@c and http://d:e@f/g", "https://c and http://f/g"), ("://", "://"), ("https://a:b@", "https://"),
        ("ssh://git@host/x", "ssh://git@host/x"),
    ])
    func hidesCredentials(text: String, shown: String) { #expect(PackageSource.withoutCredentials(text) == shown) }
}
