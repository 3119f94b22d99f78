import Registry
import Testing

/// Which packages an operator's rules let through.
@Suite struct PolicyTests {
    private func policy(allow: String? = nil, deny: String = "") throws -> PackagePolicy {
        func rules(_ text: String) throws -> [PackageRule] { try text.split(separator: " ").map { try #require(PackageRule(String($0))) } }
        return PackagePolicy(allowed: try allow.map(rules), denied: try rules(deny))
    }

    @Test(arguments: [
        ("nmap", "nmap", "nmap"), ("hello/nmap", "nmap", "nmap"), ("arm64/shell/nmap", "nmap", "nmap"),
        // As look-up has it: letter case and the underscore before a digit do not count.
        ("openssl", "OpenSSL", "OpenSSL"), ("python3packages.pyyaml", "python3Packages.PyYAML", "python3Packages.PyYAML"),
        ("7zip", "_7zip", "_7zip"), ("a.7zip", "a._7zip", "a._7zip"),
        // What lies below, outputs too, and a set inside itself.
        ("openssl.dev", "openssl", "openssl"), ("pkgs.openssl", "openssl", "openssl"), ("pkgs.pkgs.openssl.bin", "openssl", "openssl"),
        ("python3packages.pkgs.requests", "python3Packages", "python3Packages"), ("pkgs.a.b.dev", "a.b", "a.b"),
        // Beginnings.
        ("python2full", "python2*", "python2*"), ("pkgs.python2", "python2*", "python2*"), ("x.y", "x.*", "x.*"), ("hello", "*", "*"),
        // What `shell` stands for.
        ("shell/hello", "nano", "nano"), ("shell/hello", "bashInteractive", "bashInteractive"),
    ])
    func denies(name: String, rules: String, rule: String) throws {
        let policy = try policy(allow: "*", deny: "other " + rules)
        #expect { try policy.check(name) } throws: {
            let error = $0 as? RegistryError
            return error?.code == .denied && error?.status == 403 && error?.message.contains("NIXERY_PKGS_DENY has '\(rule)'") == true
        }
    }

    @Test(arguments: [
        ("hello", "nmap"), ("nmap-formatter", "nmap"), ("openssl2", "openssl"), ("a.c", "a.b"), ("b.a", "a.b"), ("a", "a.b"), ("x", "x.*"),
        ("hello/git", ""),
    ])
    func deniesNothingElse(name: String, rules: String) throws {
        try policy(deny: rules).check(name)
    }

    @Test(arguments: [
        ("git/hello", "hello git"), ("python3packages.requests", "python3Packages.*"), ("python2full", "python2*"), ("7zip", "_7zip"),
        ("shell/git", "git shell"), ("shell/nano", "shell"), ("shell/git", "git bashInteractive coreutils moreutils nano"),
    ])
    func allows(name: String, rules: String) throws {
        try policy(allow: rules).check(name)
    }

    @Test(arguments: [
        ("git/hello", "hello", "git"), ("openssl.dev", "openssl", "openssl.dev"), ("pkgs.hello", "hello", "pkgs.hello"),
        ("python3packages.pkgs.hello", "python3Packages.*", "python3packages.pkgs.hello"), ("shell/git", "git", "bashInteractive"),
        ("git", "shell", "git"), ("hello", " ", "hello"),
    ])
    func allowsNothingElse(name: String, rules: String, package: String) throws {
        let policy = try policy(allow: rules)
        #expect { try policy.check(name) } throws: {
            let error = $0 as? RegistryError
            return error?.status == 403 && error?.message.hasPrefix("\(package) may not") == true
                && error?.message.contains("_ALLOW") == true
        }
    }

    @Test(arguments: ["", ".", "a.", ".a", "a..b", "a*b", "**", "*a", "a*.b*c"])
    func refusesRules(text: String) { #expect(PackageRule(text) == nil) }

    /// Names are looked at where there are rules only.
    @Test func whatIsNoNameIsNotAllowed() throws {
        try PackagePolicy.everything.check("arm64")
        let policy = try policy(deny: "x")
        #expect { try policy.check("arm64") } throws: { ($0 as? RegistryError)?.code == .nameInvalid }
    }
}
