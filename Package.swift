// swift-tools-version: 6.2
import PackageDescription

/// Every target is compiled under the same strict rules.
let strict: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .strictMemorySafety(),
    .treatAllWarnings(as: .error),
]

/// A C library of the system: a module map and a shim, nothing else.
func system(_ name: String, pkgConfig: String, apt: String) -> Target {
    .systemLibrary(name: name, path: "Sources/Shared/\(name)", pkgConfig: pkgConfig, providers: [.apt([apt])])
}

/// One room of the shared code: narrow, depending only on rooms below it.
func shared(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
    .target(name: name, dependencies: dependencies, path: "Sources/Shared/\(name)", swiftSettings: strict)
}

func tests(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .testTarget(name: name, dependencies: dependencies, path: "Tests/\(name)", swiftSettings: strict)
}

let package = Package(
    name: "nixery-farm",
    targets: [
        system("CLibpq", pkgConfig: "libpq", apt: "libpq-dev"),
        system("CLibcurl", pkgConfig: "libcurl", apt: "libcurl4-openssl-dev"),
        system("CLibcrypto", pkgConfig: "libcrypto", apt: "libssl-dev"),
        system("CIsal", pkgConfig: "libisal", apt: "libisal-dev"),
        .systemLibrary(name: "CExtendedAttributes", path: "Sources/Shared/CExtendedAttributes"),

        shared("Hashing", ["CLibcrypto"]),
        shared("Layers", ["Hashing"]),
        shared("Compression", ["CIsal"]),
        shared("Packing", ["Layers", "Hashing", "Compression", "CExtendedAttributes"]),

        tests("HashingTests", ["Hashing"]),
        tests("LayersTests", ["Layers", "Hashing"]),
        tests("CompressionTests", ["Compression", "Hashing"]),
        tests("PackingTests", ["Packing", "Layers", "Hashing", "Compression"]),
    ]
)
