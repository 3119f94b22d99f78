/// The files of an image that no package brings, as base images have them.
///
/// | path | what | when |
/// |---|---|---|
/// | `tmp` | directory, mode 1777 | always |
/// | `root` | directory, mode 0700: home of root | always |
/// | `etc/passwd`, `etc/group` | root and nobody | always |
/// | `etc/nsswitch.conf` | files first, then DNS, as C libraries differ without it | always |
/// | `usr/bin/env` | link to the package's `bin/env` | a package has that and none has `usr/bin/env` |
/// | `bin/sh` | link to the package's `bin/bash` | a package has that and none has `bin/sh` |
/// | the places where programs look for certificates | links to the package's `etc/ssl/certs/ca-bundle.crt` | a package has that and none has the place |
struct GeneratedFiles {
    indirect enum Node {
        case directory(mode: UInt16, [String: Node])
        case file([UInt8])
        case symlink(target: [UInt8])
    }

    private static let bundle = "etc/ssl/certs/ca-bundle.crt"

    /// Where OpenSSL, GnuTLS, Go and others look on the systems that they know: Debian, Fedora, openSUSE, OpenELEC, CentOS 7,
    /// Alpine (crypto/x509/root_linux.go).
    private static let bundleAliases = [
        "etc/ssl/certs/ca-certificates.crt", "etc/pki/tls/certs/ca-bundle.crt", "etc/ssl/ca-bundle.pem", "etc/pki/tls/cacert.pem",
        "etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem", "etc/ssl/cert.pem",
    ]

    private static let passwd = """
        root:x:0:0:root:/root:/bin/sh
        nobody:x:65534:65534:nobody:/nonexistent:/sbin/nologin

        """

    private static let group = """
        root:x:0:
        nobody:x:65534:

        """

    private static let nameServices = """
        passwd: files
        group: files
        shadow: files
        hosts: files dns
        networks: files
        protocols: files
        services: files

        """

    private(set) var root = Node.directory(mode: 0o755, [:])

    init(outputs: [SymlinkForest.Output]) {
        add("tmp", .directory(mode: 0o1777, [:]))
        add("root", .directory(mode: 0o700, [:]))
        add("etc/passwd", .file(Array(Self.passwd.utf8)))
        add("etc/group", .file(Array(Self.group.utf8)))
        add("etc/nsswitch.conf", .file(Array(Self.nameServices.utf8)))
        addLink("usr/bin/env", to: "bin/env", outputs, needsExecutable: true)
        addLink("bin/sh", to: "bin/bash", outputs, needsExecutable: true)
        for alias in Self.bundleAliases { addLink(alias, to: Self.bundle, outputs, needsExecutable: false) }
    }

    /// Links to the first output that has `place`, unless one has something at `path` itself.
    private mutating func addLink(_ path: String, to place: String, _ outputs: [SymlinkForest.Output], needsExecutable: Bool) {
        guard !outputs.contains(where: { $0.tree.node(at: path) != nil }) else { return }
        let output = outputs.first { output in
            switch output.tree.node(at: place) {
            case .file(let isExecutable), .symlink(.file(let isExecutable)): isExecutable || !needsExecutable
            case .symlink, .directory, nil: false
            }
        }
        guard let output else { return }
        add(path, .symlink(target: Array((output.path.string + "/" + place).utf8)))
    }

    private mutating func add(_ path: String, _ node: Node) {
        root = Self.adding(node, at: path.split(separator: "/").map(String.init)[...], to: root)
    }

    private static func adding(_ node: Node, at names: ArraySlice<String>, to parent: Node?) -> Node {
        guard let name = names.first else { return node }
        guard case .directory(let mode, var members) = parent ?? .directory(mode: 0o755, [:]) else { return node }
        members[name] = adding(node, at: names.dropFirst(), to: members[name])
        return .directory(mode: mode, members)
    }
}
