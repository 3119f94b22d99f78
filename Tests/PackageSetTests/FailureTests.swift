import Testing

/// What goes wrong in a package set is told in Nix's own words, and nothing that is sent is read as anything but a name.
@Suite struct FailureTests {
    @Test(arguments: [
        ("throws", "this attribute throws on purpose"),
        ("brokenSet.inner", "this set throws on purpose"),
        ("lateThrow", "this argument throws on purpose"),
    ])
    func `An attribute that throws gives its own message`(name: String, message: String) async throws {
        let failure = await #expect(throws: PrepareImage.Failure.self) {
            try await PrepareImage.evaluate(["hello", name])
        }
        #expect(failure?.message.contains(message) == true)
    }

    @Test(arguments: [
        #""; builtins.abort "evaluated""#,
        #"${builtins.abort "evaluated"}"#,
        #"hello" ]; x = builtins.abort "evaluated"; y = [ ""#,
        "''${builtins.abort \"evaluated\"}''",
        "$(echo hello)",
        "`echo hello`",
        "; echo hello",
        "-I",
        "--help",
        "--expr",
        "--packages",
        "../hello",
        "/etc/passwd",
        "<nixpkgs>",
        "hello\nhello",
        "hello\\",
        "héllo🙂",
        "*",
        String(repeating: "a", count: 10_000),
        String(repeating: "hello.", count: 300) + "hello",
    ])
    func `A hostile name is only a name`(name: String) async throws {
        let answer = try await PrepareImage.evaluate([name])
        #expect(answer.missing.map(\.attribute) == [name])
        #expect(answer.missing.map(\.reason) == ["absent"])
    }

    @Test(arguments: [
        PrepareImage.Source(type: "zip", path: "/tmp"),
        .path("relative"),
        .path(#"${builtins.abort "evaluated"}"#),
        .path("<nixpkgs>"),
        .git("file:///nowhere", "main"),
        .git("file:///nowhere", "--upload-pack=touch /tmp/evaluated"),
        .channel(name: "../../etc"),
        .channel(name: #"x" + builtins.abort "evaluated"#),
    ])
    func `A source that is none is refused`(source: PrepareImage.Source) async throws {
        let failure = await #expect(throws: PrepareImage.Failure.self) {
            try await PrepareImage.evaluate(["hello"], in: source)
        }
        #expect(failure?.message.contains("the package source's") == true)
    }

    @Test(arguments: [
        ("/nowhere/set", "the package source /nowhere/set is not there, or may not be read"),
        ("\(PrepareImage.fixtures)", "default.nix': No such file"),
        ("\(PrepareImage.testDirectory)/FailureTests.swift", "syntax error"),
        ("/dev/null", "unexpected end of file"),
    ])
    func `A path that holds no package set is named`(path: String, message: String) async throws {
        for options in [[], ["--allow", path]] {
            let failure = await #expect(throws: PrepareImage.Failure.self) {
                try await PrepareImage.evaluate(["hello"], in: .path(path), options: options)
            }
            #expect(failure?.message.contains(message) == true, "\(failure?.message ?? "")")
        }
    }

    @Test(arguments: [["--source"], ["--packages", "[]", "--system", "x86_64-linux"], ["--source", "{}", "--packages", "[]"]])
    func `The helper says which argument is missing`(arguments: [String]) async throws {
        let failure = await #expect(throws: PrepareImage.Failure.self) {
            try await PrepareImage.checked(PrepareImage.command, arguments)
        }
        #expect(failure?.message.contains("see --help") == true)
    }

    @Test func `Further options go to Nix`() async throws {
        let failure = await #expect(throws: PrepareImage.Failure.self) {
            try await PrepareImage.evaluate(["throws"], options: ["--show-trace", "--option", "restrict-eval", "true"])
        }
        #expect(failure?.message.contains("may not be read") == true)
    }
}
