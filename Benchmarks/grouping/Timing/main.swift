// Reads a graph, one path a line: NAR size, the numbers of the lines it refers to. The first line holds the numbers of the requested paths.
// Divides it once and prints the milliseconds that it took, the peak of resident memory in KiB, then the layers as numbers of lines.
// Reading does not count.
import Glibc
import Layers

func path(_ number: Int) throws -> StorePath {
    let digits = String(number)
    return try StorePath(StorePath.prefix + String(repeating: "0", count: 32 - digits.count) + digits + "-p")
}

func peakMemory() -> Int {
    guard let file = unsafe fopen("/proc/self/status", "r") else { return 0 }
    defer { unsafe fclose(file) }
    var line = [CChar](repeating: 0, count: 256)
    while unsafe fgets(&line, 256, file) != nil {
        let text = String(decoding: line.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        if text.hasPrefix("VmHWM:") { return Int(text.filter(\.isNumber)) ?? 0 }
    }
    return 0
}

let arguments = CommandLine.arguments
guard arguments.count == 2, let strategy = LayeringStrategy(rawValue: arguments[1]) else {
    print("usage: grouping-timing closure|dominators < GRAPH")
    exit(64)
}
var lines: [[Int]] = []
while let line = readLine() { lines.append(line.split(separator: " ").compactMap { Int($0) }) }
let nodes = try lines.dropFirst().enumerated().map { number, line in
    PathInfo(path: try path(number), narSize: Int64(line.first ?? 0), references: try line.dropFirst().map(path))
}
let closure = try Closure(requested: try (lines.first ?? []).map(path), paths: nodes)
let begin = ContinuousClock.now
let plan = try LayerPlan.make(closure, strategy: strategy)
print((ContinuousClock.now - begin) / .milliseconds(1))
print(peakMemory())
for group in plan.groups { print(group.contents.compactMap { Int($0.baseName.prefix(32)) }.map(String.init).joined(separator: " ")) }
