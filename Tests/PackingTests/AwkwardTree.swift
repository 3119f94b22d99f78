import Layers

/// Store paths with everything that is hard to archive and allowed.
enum AwkwardTree {
    static func make(in store: StoreFixture) throws -> [StorePath] {
        let tree = try storePath("a", "awkward")
        let file = try storePath("b", "file.sh")
        let link = try storePath("c", "link")
        let empty = try storePath("d", "empty")
        try store.file(file, "", "#!/bin/sh\n".utf8, executable: true)
        try store.symlink(link, to: tree.string)
        try store.directory(empty)

        try store.file(tree, "bin/run", executable: true)
        try store.file(tree, "empty", [])
        try store.directory(tree, "share/empty/deeper")
        for size in [511, 512, 513, 262_143, 262_145, 1 << 20, (1 << 20) + 1] {
            try store.file(tree, "sizes/\(size)", (0..<size).lazy.map { UInt8(truncatingIfNeeded: $0 &* 31 >> 3) })
        }
        for name in ["-dash", "back\\slash", "new\nline", "percent%41", " space ", "über/straße", "日本語", "\u{1F600}", "star*"] {
            try store.file(tree, "names/" + name)
        }
        // Names in the archive of exactly these lengths, in one component and spread over several.
        let prefix = tree.string.utf8.count - 1 + "/len/".utf8.count
        for length in [99, 100, 101, 154, 155, 156, 157, 254, 255, 256, 257, 300, 500] {
            let rest = length - prefix
            if rest <= 255 { try store.file(tree, "len/" + String(repeating: "x", count: rest)) }
            let halves = String(repeating: "y", count: rest / 2) + "/" + String(repeating: "z", count: rest - rest / 2 - 1)
            try store.file(tree, "len/" + halves)
            // A directory's slash counts too.
            let directory = String(repeating: "d", count: rest / 2) + "/" + String(repeating: "e", count: rest - rest / 2 - 2)
            try store.directory(tree, "len/" + directory)
        }
        try store.file(tree, "component/" + String(repeating: "c", count: 255))
        try store.file(tree, "component/" + String(repeating: "é", count: 127))
        try store.file(tree, (0..<12).map { _ in String(repeating: "p", count: 200) }.joined(separator: "/"))
        for length in [1, 99, 100, 101, 156, 256, 1000, 4000] {
            try store.symlink(tree, "links/\(length)", to: String(String(repeating: "t/", count: length).prefix(length - 1)) + "x")
        }
        try store.symlink(tree, "links/utf8", to: "../names/über/straße")
        try store.symlink(tree, "links/日本", to: "日本語")
        try store.symlink(tree, "links/dangling", to: "/does/not/exist")
        try store.symlink(tree, "links/up", to: "..")
        try shell("cd \"$0\" && ln bin/run bin/run-hard-link && truncate -s 5M sparse", store.disk(tree))
        // Names that are not text: short, and too long for a plain header.
        try shell(
            "cd \"$0\" && mkdir bytes && echo 1 > $'bytes/\\xff\\xfe' && echo 2 > bytes/$(printf '\\xe9%.0s' {1..120})", store.disk(tree))
        try shell("cd \"$0\" && ln -s $'\\xff' bytes/link", store.disk(tree))
        try store.seal()
        return [tree, link, empty, file]
    }
}
