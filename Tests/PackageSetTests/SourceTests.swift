import Testing

/// Where package sets come from, and what they are given.
@Suite struct SourceTests {
    @Test(arguments: [
        ("plain", "plain-1.0"),
        ("nothing", "nothing-1.0"),
        ("everything", "config-overlays-system-none-0"),
    ])
    func `A set gets the arguments that it takes`(fixture: String, derivation: String) async throws {
        let answer = try await PrepareImage.evaluate(["hello"], in: .fixture(fixture))
        #expect(answer.packages.map(\.name) == [derivation])
    }

    @Test func `A source without a package set is told so`() async throws {
        let failure = await #expect(throws: PrepareImage.Failure.self) {
            try await PrepareImage.evaluate(["hello"], in: .fixture("list"))
        }
        #expect(failure?.message.contains("gives list, not an attribute set") == true)
    }

    @Test func `The host's search path and channels decide nothing`() async throws {
        let searchPath = "nixpkgs=\(PrepareImage.fixtures)/list:nixpkgs-overlays=/nowhere"
        let answer = try await PrepareImage.evaluate(["hello"], in: .fixture("searching"), variables: ["NIX_PATH": searchPath])
        #expect(answer.packages.map(\.name) == ["search-path-is-empty"])
    }

    @Test func `The helper finds its files through a link`() async throws {
        try await withDirectory { directory in
            try await PrepareImage.checked("ln", ["-s", PrepareImage.command, "\(directory)/nixery-prepare-image"])
            let help = try await PrepareImage.checked("\(directory)/nixery-prepare-image", ["--help"])
            #expect(help.hasPrefix("usage: nixery-prepare-image"))
            let printed = try await PrepareImage.checked(
                "\(directory)/nixery-prepare-image",
                [
                    "--source", #"{"type":"path","path":"\#(PrepareImage.fixtures)/set"}"#,
                    "--packages", "[]", "--system", "x86_64-linux",
                ]
            )
            #expect(printed.contains(#""packages":[]"#))
        }
    }

    @Test func `A commit of a git repository gives the derivations of its files, on whatever branch it lies`() async throws {
        try await withDirectory { directory in
            let repository = try await Repository.make(in: "\(directory)/set", from: "\(PrepareImage.fixtures)/set")
            let packages = ["hello", "zlib.dev", "python3packages.pyyaml"]
            let expected = try await PrepareImage.evaluate(packages)
            // Nix reads a local repository as a whole, unless it is told to treat it as a remote one.
            let remote = ["_NIX_FORCE_HTTP": "1", "XDG_CACHE_HOME": "\(directory)/cache"]
            for commit in [repository.main, repository.side] {
                for variables in [[:], remote] {
                    #expect(try await PrepareImage.evaluate(packages, in: .git(repository.url, commit), variables: variables) == expected)
                }
            }
        }
    }

    @Test(arguments: [true, false])
    func `Submodules come with the commit if they are asked for`(submodules: Bool) async throws {
        try await withDirectory { directory in
            let inner = try await Repository.make(in: "\(directory)/inner", from: "\(PrepareImage.fixtures)/plain")
            // Git fetches submodules from paths only if it is told that this is well.
            let settings = "\(directory)/gitconfig"
            try await PrepareImage.checked("git", ["config", "--file", settings, "protocol.file.allow", "always"])
            let variables = ["GIT_CONFIG_GLOBAL": settings, "XDG_CACHE_HOME": "\(directory)/cache"]
            let outer = try await Repository.make(
                in: "\(directory)/outer", from: "\(PrepareImage.fixtures)/outer", submodule: inner.url, variables: variables)
            let source = PrepareImage.Source(type: "git", url: outer.url, rev: outer.main, submodules: submodules)
            if submodules {
                let answer = try await PrepareImage.evaluate(["hello"], in: source, variables: variables)
                #expect(answer.packages.map(\.name) == ["plain-1.0"])
            } else {
                let failure = await #expect(throws: PrepareImage.Failure.self) {
                    try await PrepareImage.evaluate(["hello"], in: source, variables: variables)
                }
                #expect(failure?.message.contains("inner") == true, "\(failure?.message ?? "")")
            }
        }
    }

    @Test func `A commit that the repository lacks is an error that names it`() async throws {
        try await withDirectory { directory in
            let repository = try await Repository.make(in: "\(directory)/set", from: "\(PrepareImage.fixtures)/set")
            let absent = String(repeating: "0123456789", count: 4)
            let failure = await #expect(throws: PrepareImage.Failure.self) {
                try await PrepareImage.evaluate(["hello"], in: .git(repository.url, absent))
            }
            #expect(failure?.message.contains(absent) == true)
        }
    }

    @Test func `With places named, others cannot be read`() async throws {
        try await withDirectory { directory in
            let repository = try await Repository.make(in: "\(directory)/set", from: "\(PrepareImage.fixtures)/set")
            let set = "\(PrepareImage.fixtures)/set"
            let expected = try await PrepareImage.evaluate(["hello"])
            #expect(try await PrepareImage.evaluate(["hello"], options: ["--allow", set]) == expected)
            let git = PrepareImage.Source.git(repository.url, repository.side)
            #expect(try await PrepareImage.evaluate(["hello"], in: git, options: ["--allow", repository.url]) == expected)
            for (source, place) in [(git, set), (PrepareImage.Source.path(set), repository.url), (.path(set), directory)] {
                let failure = await #expect(throws: PrepareImage.Failure.self) {
                    try await PrepareImage.evaluate(["hello"], in: source, options: ["--allow", place])
                }
                #expect(failure?.message.contains(source.type == "git" ? "restricted" : "may not be read") == true)
            }
        }
    }

    /// A directory of the test's own, which is gone after it.
    private func withDirectory(_ body: (String) async throws -> Void) async throws {
        let directory = String(try await PrepareImage.checked("mktemp", ["--directory"]).dropLast())
        do {
            try await body(directory)
        } catch {
            try await PrepareImage.checked("rm", ["-rf", directory])
            throw error
        }
        try await PrepareImage.checked("rm", ["-rf", directory])
    }
}
