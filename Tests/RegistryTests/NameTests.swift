import Registry
import Testing

@Suite struct NameTests {
    @Test(arguments: ["hello", "a/b/c", "python3packages.requests", "a__b", "a--b", "0ad", "a.b-c_d/e"])
    func acceptsNames(name: String) { #expect(RegistryGrammar.isName(name.utf8)) }

    @Test(arguments: ["", "/", "a/", "/a", "a//b", "A", "a___b", "a..b", "a._b", "-a", "a-", "ä", "a b", "a\u{0}"])
    func refusesNames(name: String) { #expect(!RegistryGrammar.isName(name.utf8)) }

    @Test(arguments: ["latest", "v1.2-3", "_x", String(repeating: "a", count: 128)])
    func acceptsTags(tag: String) { #expect(RegistryGrammar.isTag(tag.utf8)) }

    @Test(arguments: ["", ".a", "-a", "a/b", String(repeating: "a", count: 129), "a b"])
    func refusesTags(tag: String) { #expect(!RegistryGrammar.isTag(tag.utf8)) }

    @Test func metaPackagesCountOnlyInFront() throws {
        let name = try ImageName(parsing: "shell/arm64/git/shell")
        #expect(name.hasShell)
        #expect(name.platform == .arm64)
        #expect(name.packages == ["bashInteractive", "coreutils", "git", "moreutils", "nano", "shell"])
    }

    @Test(arguments: ["arm64", "Shell", String(repeating: "a/", count: 299) + "a", String(repeating: "a", count: 10_000)])
    func saysWhatIsWrong(name: String) {
        #expect { try ImageName(parsing: name) } throws: { ($0 as? RegistryError)?.code == .nameInvalid }
    }

    @Test(arguments: [
        ("/v2/", RegistryRequest.version),
        ("/v2/shell/git/manifests/latest", .manifest(name: "shell/git", .tag("latest"))),
        ("/v2/manifests/manifests/tags", .manifest(name: "manifests", .tag("tags"))),
        ("/v2/hello/tags/list", .tags(name: "hello")),
    ])
    func routes(path: String, request: RegistryRequest) throws {
        #expect(try RegistryRequest(path: path) == request)
    }

    @Test(arguments: [
        ("/v2/Hello/manifests/latest", RegistryError.Code.nameInvalid, 400),
        ("/v2/hello/manifests/.bad", .manifestUnknown, 404),
        ("/v2/hello/manifests/sha256:12", .digestInvalid, 400),
        ("/v2/hello/blobs/latest", .digestInvalid, 400),
        ("/v2/hello", .nameUnknown, 404),
        ("/v2/hello/tags/other", .nameUnknown, 404),
        ("/v2//manifests/latest", .nameInvalid, 400),
    ])
    func refusesRoutes(path: String, code: RegistryError.Code, status: Int) {
        #expect { try RegistryRequest(path: path) } throws: {
            let error = $0 as? RegistryError
            return error?.code == code && error?.status == status
        }
    }

    @Test(arguments: [
        ("https://user:secret@example.org/a.git", "https://example.org/a.git"), ("git@example.org:a", "git@example.org:a"),
        ("https://example.org/a@b", "https://example.org/a@b"),
    ])
    func hidesCredentials(url: String, shown: String) { #expect(PackageSource.withoutCredentials(url) == shown) }
}
