// swift-tools-version: 6.2
import PackageDescription

// A package of its own, so that nobody who builds the service builds its benchmarks. It compiles the
// modules it measures through links in Sources/, because `package` declarations are not visible from one package to another.
let strict: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .treatAllWarnings(as: .error),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
]

let package = Package(
    name: "micro-benchmarks",
    dependencies: [
        .package(url: "https://github.com/apple/swift-collections", exact: "1.6.0"),
        .package(url: "https://github.com/apple/swift-log", exact: "1.16.2"),
    ],
    targets: [
        .target(name: "Backoff", swiftSettings: strict),
        .target(
            name: "SyncCore",
            dependencies: [
                "Backoff",
                .product(name: "BasicContainers", package: "swift-collections"),
                .product(name: "DequeModule", package: "swift-collections"),
                .product(name: "HeapModule", package: "swift-collections"),
            ],
            swiftSettings: strict),
        .systemLibrary(name: "CCrypto", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),
        .systemLibrary(name: "CCurl", pkgConfig: "libcurl", providers: [.apt(["libcurl4-openssl-dev"])]),
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
        .target(name: "SigV4", dependencies: ["CCrypto"], swiftSettings: strict),
        .target(
            name: "CurlHTTP",
            dependencies: [
                "CCurl", "CZlib", .product(name: "DequeModule", package: "swift-collections"),
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: strict),
        .target(
            name: "AWSClientSupport",
            dependencies: ["CCrypto", "CurlHTTP", "SigV4", .product(name: "Logging", package: "swift-log")],
            swiftSettings: strict),
        .target(
            name: "SQS",
            dependencies: [
                "AWSClientSupport", "CCrypto", "CurlHTTP", "SigV4", .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: strict),
        .systemLibrary(name: "CLibpq", pkgConfig: "libpq", providers: [.apt(["libpq-dev"])]),
        .target(
            name: "Postgres",
            dependencies: [
                "CLibpq", .product(name: "DequeModule", package: "swift-collections"),
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: strict),
        .target(
            name: "SyncStorage",
            dependencies: ["Postgres", "SyncCore", .product(name: "Logging", package: "swift-log")],
            swiftSettings: strict),
        .executableTarget(name: "ParserBenchmark", dependencies: ["SyncCore"], swiftSettings: strict),
        .executableTarget(name: "BatchingBenchmark", dependencies: ["SyncCore"], swiftSettings: strict),
        .executableTarget(name: "SigningBenchmark", dependencies: ["SigV4"], swiftSettings: strict),
        .executableTarget(
            name: "QueueBenchmark",
            dependencies: [
                "AWSClientSupport", "CurlHTTP", "SQS", "SigV4", .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: strict),
        .executableTarget(
            name: "LedgerBenchmark",
            dependencies: ["Postgres", "SyncCore", "SyncStorage", .product(name: "Logging", package: "swift-log")],
            swiftSettings: strict),
        .executableTarget(
            name: "UpsertBenchmark",
            dependencies: ["Postgres", "SyncCore", "SyncStorage", .product(name: "Logging", package: "swift-log")],
            swiftSettings: strict),
    ]
)
