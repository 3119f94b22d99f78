// swift-tools-version: 6.2
import PackageDescription

let argumentParser = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")
let filePaths = Target.Dependency.product(name: "SystemPackage", package: "swift-system")
let hummingbird = Target.Dependency.product(name: "Hummingbird", package: "hummingbird")
let hummingbirdTesting = Target.Dependency.product(name: "HummingbirdTesting", package: "hummingbird")
let lifecycle = Target.Dependency.product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let subprocess = Target.Dependency.product(name: "Subprocess", package: "swift-subprocess")

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
    products: [
        // What tests give programs a wrong clock by.
        .library(name: "wrong-clock", type: .dynamic, targets: ["WrongClock"])
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser.git", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-log.git", from: "1.16.2"),
        .package(url: "https://github.com/hummingbird-project/hummingbird.git", from: "2.28.1", traits: []),
        .package(url: "https://github.com/apple/swift-system.git", from: "1.8.1"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle.git", from: "2.13.0"),
        .package(url: "https://github.com/swiftlang/swift-subprocess.git", from: "1.0.2"),
    ],
    targets: [
        system("CLibpq", pkgConfig: "libpq", apt: "libpq-dev"),
        system("CLibcurl", pkgConfig: "libcurl", apt: "libcurl4-openssl-dev"),
        system("CLibcrypto", pkgConfig: "libcrypto", apt: "libssl-dev"),
        system("CIsal", pkgConfig: "libisal", apt: "libisal-dev"),
        system("CLzma", pkgConfig: "liblzma", apt: "liblzma-dev"),
        system("CZstd", pkgConfig: "libzstd", apt: "libzstd-dev"),

        shared("Hashing", ["CLibcrypto"]),
        shared("Layers", ["Hashing"]),
        shared("Registry", ["Hashing"]),
        shared("Signals"),
        shared("HTTP", ["CLibcurl", "Signals"]),
        shared("ObjectStorage", ["CIsal", "CLibcrypto", "HTTP", "Hashing", "Operations", logging]),
        shared("Operations", ["Registry", logging]),
        shared("PopularityData", ["Hashing", "HTTP", "Layers", "Operations", "Registry"]),
        shared("Postgres", ["CLibpq", "Hashing", "Signals", logging, lifecycle]),
        shared("Records", ["Hashing", "Postgres", "Registry"]),
        shared("Compression", ["CIsal", "CLinux", "CZstd"]),
        .systemLibrary(name: "CExtendedAttributes", path: "Sources/Shared/CExtendedAttributes"),
        .systemLibrary(name: "CLinux", path: "Sources/Shared/CLinux"),
        shared("Packing", ["CExtendedAttributes", "Compression", "Hashing", "Layers"]),
        shared("Composition", ["Hashing", "Layers", "Records", "Registry"]),
        shared(
            "Assembly",
            [
                "Composition", "Compression", "Hashing", "Layers", "ObjectStorage", "Packing", "PopularityData", "Postgres", "Publication",
                "Queue", "Records", "Registry",
            ]),
        shared("Publication", ["Composition", "Hashing", "ObjectStorage", "Postgres", "Queue", "Records", "Registry", lifecycle, logging]),
        shared("Queue", ["Hashing", "Operations", "Postgres", "Records", "Registry", lifecycle, logging]),

        .target(
            name: "FrontendServer",
            dependencies: [
                "Assembly", "Hashing", "ObjectStorage", "Operations", "PopularityData", "Postgres", "Publication", "Queue", "Records",
                "Registry",
                hummingbird, lifecycle, logging, subprocess,
            ],
            path: "Sources/Frontend/Server",
            swiftSettings: strict
        ),
        .executableTarget(
            name: "nixery-frontend",
            dependencies: [
                "FrontendServer", "ObjectStorage", "Operations", "PopularityData", "Postgres", "Publication", "Queue", "Records",
                "Registry", "Signals",
                argumentParser, logging,
            ],
            path: "Sources/Frontend/Command",
            swiftSettings: strict
        ),

        .executableTarget(name: "nixery-guard", dependencies: ["CLinux"], path: "Sources/Worker/Guard", swiftSettings: strict),
        .target(name: "Nix", dependencies: [filePaths, logging, subprocess], path: "Sources/Worker/Nix", swiftSettings: strict),
        .target(
            name: "Pipeline",
            dependencies: [
                "Assembly", "Composition", "Compression", "Hashing", "Layers", "Nix", "ObjectStorage", "Operations", "Packing",
                "PopularityData",
                "Postgres", "Publication", "Queue",
                "Records", "Registry",
                lifecycle, logging,
            ],
            path: "Sources/Worker/Pipeline",
            swiftSettings: strict
        ),
        .executableTarget(
            name: "nixery-worker",
            dependencies: [
                "Assembly", "Nix", "ObjectStorage", "Operations", "Pipeline", "PopularityData", "Postgres", "Publication", "Queue",
                "Records",
                "Registry", "Signals",
                argumentParser, lifecycle, logging,
            ],
            path: "Sources/Worker/Command",
            swiftSettings: strict
        ),

        .executableTarget(
            name: "group-layers",
            dependencies: ["HTTP", "Layers", "Operations", "PopularityData", "Registry", argumentParser],
            path: "Sources/Worker/GroupLayers",
            swiftSettings: strict
        ),

        .executableTarget(
            name: "popcount",
            dependencies: [
                "CLzma", "Hashing", "HTTP", "Layers", "Operations", "PopularityData", "Postgres", argumentParser, filePaths, logging,
                subprocess,
            ],
            path: "Sources/Worker/Popcount",
            swiftSettings: strict
        ),

        // What Benchmarks/grouping measures.
        .executableTarget(
            name: "grouping-timing",
            dependencies: ["Layers"],
            path: "Benchmarks/grouping/Timing",
            swiftSettings: strict
        ),
        // What Benchmarks/queue/run measures.
        .executableTarget(
            name: "queue-benchmark",
            dependencies: ["Hashing", "Postgres", "Queue", "Records", "Registry", argumentParser, logging],
            path: "Benchmarks/queue/harness",
            swiftSettings: strict
        ),
        // What Benchmarks/packing/run measures.
        .executableTarget(
            name: "packing-benchmark",
            dependencies: ["Compression", "Hashing", "Layers", "Packing", argumentParser],
            path: "Benchmarks/packing/harness",
            swiftSettings: strict
        ),
        // What Benchmarks/storage/upload measures.
        .executableTarget(
            name: "storage-benchmark",
            dependencies: ["Hashing", "ObjectStorage", "Operations", "Postgres", argumentParser, logging],
            path: "Benchmarks/storage/harness",
            swiftSettings: strict
        ),

        // What several test targets start for themselves: a private PostgreSQL.
        .target(
            name: "TestSupport", dependencies: ["Hashing", "ObjectStorage", "Postgres", filePaths, subprocess],
            path: "Tests/Support", swiftSettings: strict),

        // A worker without Nix, in a test's process and as one to kill.
        .target(
            name: "StandIn",
            dependencies: [
                "Assembly", "Composition", "Hashing", "ObjectStorage", "Pipeline", "Postgres", "Publication", "Queue", "Records",
                "Registry",
                "TestSupport", lifecycle, logging,
            ],
            path: "Tests/StandIn",
            swiftSettings: strict
        ),
        .executableTarget(
            name: "stand-in-worker",
            dependencies: ["ObjectStorage", "Operations", "Postgres", "Queue", "StandIn"],
            path: "Tests/StandInWorker",
            swiftSettings: strict
        ),

        .target(name: "WrongClock", path: "Tests/WrongClock"),

        tests(
            "FrontendTests",
            [
                "Assembly", "FrontendServer", "Hashing", "Layers", "ObjectStorage", "Operations", "Pipeline", "PopularityData", "Postgres",
                "Publication", "Queue", "Records", "Registry", "TestSupport", "nixery-frontend",
                filePaths, hummingbird, hummingbirdTesting, lifecycle, logging, subprocess,
            ]
        ),
        tests(
            "FarmTests",
            [
                "Assembly", "FrontendServer", "HTTP", "Hashing", "ObjectStorage", "Operations", "Pipeline", "Postgres", "Publication",
                "Queue", "Registry",
                "StandIn", "TestSupport", "nixery-frontend", "stand-in-worker",
                hummingbird, hummingbirdTesting, lifecycle, logging,
            ]
        ),
        tests("HTTPTests", ["HTTP", "TestSupport"]),
        tests("GroupLayersTests", ["group-layers", "TestSupport"]),
        tests("HashingTests", ["Hashing"]),
        tests("LayersTests", ["Layers", "Hashing"]),
        tests("CompressionTests", ["Compression", "Hashing"]),
        tests("PackingTests", ["Compression", "Hashing", "Layers", "Packing"]),
        tests("NixTests", ["Nix", "TestSupport", "nixery-guard", logging]),
        tests("ObjectStorageTests", ["HTTP", "Hashing", "ObjectStorage", "Operations", "TestSupport", logging]),
        tests("OperationsTests", ["Operations", "TestSupport"]),
        .testTarget(
            name: "PackageSetTests",
            dependencies: [subprocess],
            path: "Tests/PackageSetTests",
            exclude: ["Fixtures"],
            swiftSettings: strict
        ),
        tests(
            "PublicationTests",
            ["Composition", "Hashing", "ObjectStorage", "Postgres", "Publication", "Queue", "Records", "Registry", "TestSupport", logging]
        ),
        tests("PopcountTests", ["popcount", "Hashing", "Layers", "Postgres", "Records", "TestSupport", filePaths, logging, subprocess]),
        tests("PopularityDataTests", ["Hashing", "HTTP", "Layers", "Operations", "PopularityData", "Registry", "TestSupport"]),
        tests(
            "PipelineTests",
            [
                "Assembly", "Composition", "Compression", "Hashing", "Layers", "Nix", "ObjectStorage", "Packing", "Pipeline",
                "PopularityData",
                "Postgres",
                "Publication", "Queue", "Records",
                "Registry", "TestSupport", logging,
            ]
        ),
        tests("PostgresTests", ["Hashing", "Postgres", "TestSupport", logging]),
        tests("QueueTests", ["Hashing", "Postgres", "Queue", "Records", "Registry", "TestSupport", logging]),
        tests("RegistryTests", ["Registry", "Hashing"]),
        tests("SignalsTests", ["Signals"]),
    ]
)
