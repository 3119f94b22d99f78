import Testing

/// How names find attributes.
@Suite struct LookUpTests {
    @Test(arguments: [
        ("hello", "hello", "hello-1.0"),
        ("both", "both", "both-lower-1.0"),
        ("BOTH", "BOTH", "both-upper-1.0"),
        ("mixedcase", "MixedCase", "mixed-case-1.0"),
        ("HELLO", "hello", "hello-1.0"),
        ("7zip", "_7zip", "7zip-1.0"),
        ("_7zip", "_7zip", "7zip-1.0"),
        ("2048-game", "_2048-Game", "2048-game-1.0"),
        ("3proxy", "3proxy", "3proxy-plain-1.0"),
        ("_3proxy", "_3proxy", "3proxy-underscore-1.0"),
        ("python3Packages.requests", "python3Packages.requests", "requests-1.0"),
        ("python3packages.pyyaml", "python3Packages.PyYAML", "pyyaml-1.0"),
        ("python3packages.INNER.9base", "python3Packages.inner._9base", "9base-1.0"),
    ])
    func `A name finds its attribute`(name: String, attribute: String, derivation: String) async throws {
        let answer = try await PrepareImage.evaluate([name])
        let package = try #require(answer.packages.first)
        #expect(answer.packages.count == 1 && answer.missing.isEmpty && answer.lacking.isEmpty)
        #expect(package.attribute == name)
        #expect(package.resolved == attribute)
        #expect(package.name == derivation)
        #expect(package.drvPath.hasSuffix("-\(derivation).drv"))
        #expect(package.drvPath.hasPrefix("/nix/store/"))
    }

    @Test(arguments: [
        ("zlib", "out", "-zlib-1.0"),
        ("zlib.out", "out", "-zlib-1.0"),
        ("zlib.dev", "dev", "-zlib-1.0-dev"),
        ("ZLIB.Dev", "dev", "-zlib-1.0-dev"),
        ("curl", "bin", "-curl-1.0-bin"),
        ("curl.out", "out", "-curl-1.0"),
        ("curl.dev", "dev", "-curl-1.0-dev"),
    ])
    func `The output is the one that the name picks, else the first`(name: String, output: String, suffix: String) async throws {
        let outputs = try await PrepareImage.evaluate([name]).packages.flatMap(\.outputs)
        #expect(outputs.map(\.name) == [output])
        #expect(outputs.allSatisfy { $0.path.hasSuffix(suffix) })
    }

    @Test func `The derivation is the same whichever output is picked`() async throws {
        let answer = try await PrepareImage.evaluate(["curl", "curl.dev", "curl.out"])
        #expect(Set(answer.packages.map(\.drvPath)).count == 1)
        #expect(answer.packages.map(\.attribute) == ["curl", "curl.dev", "curl.out"])
    }

    @Test(arguments: [
        ("nope", "absent"),
        ("hello.nope", "absent"),
        ("python3Packages.nope", "absent"),
        ("number.nope", "absent"),
        ("dotted.name", "absent"),
        ("", "absent"),
        (".hello", "absent"),
        ("hello.", "absent"),
        ("python3Packages..requests", "absent"),
        ("twin", "ambiguous"),
        ("number", "not a package"),
        ("text", "not a package"),
        ("place", "not a package"),
        ("python3Packages", "not a package"),
        ("hello.drvPath", "not a package"),
    ])
    func `A name that stands for no package is missing`(name: String, reason: String) async throws {
        let answer = try await PrepareImage.evaluate([name])
        #expect(answer.missing.map(\.attribute) == [name])
        #expect(answer.missing.map(\.reason) == [reason])
        #expect(answer.packages.isEmpty)
    }

    @Test(arguments: [
        ("number", "int"),
        ("text", "string"),
        ("place", "set"),
        ("python3Packages", "set"),
        ("function", "lambda"),
        ("withoutOutputs", "set"),
        ("nope", nil),
        ("twin", nil),
    ])
    func `What is no package comes with what it is`(name: String, type: String?) async throws {
        let answer = try await PrepareImage.evaluate([name])
        #expect(answer.missing.map(\.type) == [type])
    }

    @Test func `All missing packages are named at once, before others are evaluated`() async throws {
        let answer = try await PrepareImage.evaluate(["nope", "hello", "throws", "twin", "python3Packages.nope"])
        #expect(answer.missing.map(\.attribute) == ["nope", "twin", "python3Packages.nope"])
    }

    @Test(arguments: [
        ("twin", ["Twin", "tWIN"]),
        ("hell", ["hello"]),
        ("gitt", ["git"]),
        ("zzzz", []),
        // A character too many, too few, another, two swapped.
        ("helllo", ["hello"]),
        ("helo", ["hello"]),
        ("hexlo", ["hello"]),
        ("hlelo", ["hello"]),
        ("MIXEDCAES", ["MixedCase"]),
        // In the set that was reached.
        ("python3packages.request", ["python3Packages.requests"]),
        ("python3packages.inner._9bass", ["python3Packages.inner._9base"]),
        ("hello.request", ["hello.out"]),
        ("zlib.doc", ["zlib.out", "zlib.dev"]),
        ("number.x", []),
    ])
    func `A missing name comes with near ones`(name: String, near: [String]) async throws {
        let answer = try await PrepareImage.evaluate([name])
        #expect(answer.missing.map(\.nearNames) == [near])
    }

    @Test func `What is optional and absent is named`() async throws {
        let answer = try await PrepareImage.evaluate(["hello", "iana-etc"], optional: ["cacert", "iana-etc"])
        #expect(answer.packages.map(\.attribute) == ["hello", "cacert"])
        #expect(answer.missing.isEmpty)
        #expect(answer.lacking == ["iana-etc"])
    }

    @Test func `The system is part of the derivation`() async throws {
        let here = try await PrepareImage.evaluate(["hello"])
        let there = try await PrepareImage.evaluate(["hello"], system: "aarch64-linux")
        #expect(here.packages.map(\.drvPath) != there.packages.map(\.drvPath))
    }
}
