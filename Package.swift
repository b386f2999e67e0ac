// swift-tools-version: 6.2
import PackageDescription

/// Warnings are errors in this package: a warning that is left alone hides the next one.
let strict: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .treatAllWarnings(as: .error),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
]

let package = Package(
    name: "user-sync",
    products: [
        .executable(name: "orchestrator", targets: ["Orchestrator"]),
        .executable(name: "worker", targets: ["Worker"]),
        .executable(name: "legacy-simulator", targets: ["LegacySimulator"]),
    ],
    dependencies: [
        // Exact versions. Packages of packages are pinned in scripts/swift-packages.txt.
        .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
        .package(url: "https://github.com/apple/swift-collections", exact: "1.6.0"),
        .package(url: "https://github.com/apple/swift-configuration", exact: "1.4.0", traits: []),
        .package(url: "https://github.com/apple/swift-http-types", exact: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log", exact: "1.16.2"),
        .package(url: "https://github.com/apple/swift-metrics", exact: "2.13.0"),
        .package(url: "https://github.com/apple/swift-nio", exact: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-extras.git", exact: "1.35.2"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", exact: "2.28.1"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", exact: "2.13.0"),
    ],
    targets: [
        // MARK: C libraries

        .systemLibrary(name: "CCurl", pkgConfig: "libcurl", providers: [.apt(["libcurl4-openssl-dev"])]),
        .systemLibrary(name: "CCrypto", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),
        .systemLibrary(name: "CLibpq", pkgConfig: "libpq", providers: [.apt(["libpq-dev"])]),
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),

        // MARK: Transports

        .target(name: "Backoff", swiftSettings: strict),
        .target(name: "SigV4", dependencies: ["CCrypto"], swiftSettings: strict),
        .target(
            name: "CurlHTTP", dependencies: ["CCurl", "CZlib", .logging, .deque], swiftSettings: strict),
        .target(
            name: "AWSClientSupport", dependencies: ["CCrypto", "CurlHTTP", "SigV4", .logging], swiftSettings: strict),
        .target(
            name: "SQS", dependencies: ["AWSClientSupport", "CCrypto", "CurlHTTP", "SigV4", .logging],
            swiftSettings: strict),
        .target(
            name: "LambdaRuntime", dependencies: ["AWSClientSupport", "CurlHTTP", .logging], swiftSettings: strict),
        .target(name: "Postgres", dependencies: ["CLibpq", .logging, .deque], swiftSettings: strict),

        // MARK: The sync

        .target(
            name: "SyncCore",
            dependencies: [
                "Backoff", .deque,
                .product(name: "BasicContainers", package: "swift-collections"),
                .product(name: "HeapModule", package: "swift-collections"),
            ],
            swiftSettings: strict),
        .target(name: "SyncStorage", dependencies: ["Postgres", "SyncCore", .logging], swiftSettings: strict),
        .target(
            name: "ServiceRuntime",
            dependencies: [
                "AWSClientSupport", "CCrypto", "CurlHTTP", "Postgres", "SQS", "SigV4", "SyncCore", .argumentParser,
                .logging, .metrics, .signals,
                .product(name: "Configuration", package: "swift-configuration"),
            ],
            swiftSettings: strict),
        .target(
            name: "SyncPipeline",
            dependencies: [
                "AWSClientSupport", "Backoff", "CurlHTTP", "Postgres", "SQS", "SyncCore", "SyncStorage", .logging,
            ],
            swiftSettings: strict),
        .executableTarget(
            name: "Orchestrator",
            dependencies: [
                "AWSClientSupport", "CurlHTTP", "Postgres", "SQS", "ServiceRuntime", "SigV4", "SyncCore",
                "SyncPipeline",
                "SyncStorage",
                .argumentParser, .logging, .metrics, .lifecycle, .signals,
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HummingbirdCore", package: "hummingbird"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTPTypes", package: "swift-nio-extras"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ],
            resources: [.embedInCode("Serve/Documents/openapi.json"), .embedInCode("Serve/Page")],
            swiftSettings: strict),
        .executableTarget(
            name: "Worker",
            dependencies: [
                "AWSClientSupport", "Backoff", "CurlHTTP", "LambdaRuntime", "Postgres", "SQS", "ServiceRuntime",
                "SyncCore",
                "SyncStorage", .argumentParser, .logging, .metrics, .lifecycle, .signals,
            ],
            swiftSettings: strict),

        // MARK: The API that it reads from, for demo, tests and benchmarks

        .executableTarget(
            name: "LegacySimulator",
            dependencies: [
                "CCrypto", "CZlib", "SyncCore", .argumentParser, .logging, .lifecycle, .signals,
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "NIOCore", package: "swift-nio"),
            ],
            swiftSettings: strict),

        // MARK: Tests

        .target(
            name: "TestSupport", dependencies: ["CZlib"], path: "Tests/TestSupport",
            exclude: ["EMF/emf.schema.json", "EMF/validate_emf.py"],
            swiftSettings: strict),
        .target(
            name: "Fuzzing",
            dependencies: ["AWSClientSupport", "CurlHTTP", "SQS", "SigV4", "SyncCore", "TestSupport", .logging],
            path: "Tests/Fuzzing", swiftSettings: strict),
        .executableTarget(
            name: "Fuzzer", dependencies: ["Fuzzing", .argumentParser], path: "Tests/Fuzzer", swiftSettings: strict),
        .testTarget(name: "FuzzingTests", dependencies: ["Fuzzing"], swiftSettings: strict),
        .testTarget(name: "TestSupportTests", dependencies: ["TestSupport"], swiftSettings: strict),
        .testTarget(
            name: "SigV4Tests", dependencies: ["SigV4", "TestSupport"], exclude: ["Botocore"], swiftSettings: strict),
        .testTarget(
            name: "CurlHTTPTests", dependencies: ["CurlHTTP", "TestSupport", .logging], swiftSettings: strict),
        .testTarget(
            name: "AWSClientSupportTests",
            dependencies: ["AWSClientSupport", "CurlHTTP", "SigV4", "TestSupport", .logging], exclude: ["Botocore"],
            swiftSettings: strict),
        .testTarget(
            name: "SQSTests", dependencies: ["SQS", "AWSClientSupport", "CurlHTTP", "SigV4", "TestSupport", .logging],
            swiftSettings: strict),
        .testTarget(
            name: "LambdaRuntimeTests", dependencies: ["LambdaRuntime", "CurlHTTP", "TestSupport", .logging],
            swiftSettings: strict),
        .testTarget(
            name: "PostgresTests", dependencies: ["Postgres", "TestSupport", .logging], swiftSettings: strict),
        .testTarget(name: "BackoffTests", dependencies: ["Backoff"], swiftSettings: strict),
        .testTarget(
            name: "SyncPipelineTests",
            dependencies: [
                "AWSClientSupport", "Backoff", "CurlHTTP", "Fuzzing", "Postgres", "SQS", "SigV4", "SyncCore",
                "SyncPipeline",
                "SyncStorage", "SyncTestSupport", "TestSupport", .logging,
            ],
            swiftSettings: strict),
        .testTarget(
            name: "SyncCoreTests", dependencies: ["Backoff", "Fuzzing", "SyncCore", "TestSupport"],
            swiftSettings: strict),
        .testTarget(
            name: "LegacySimulatorTests",
            dependencies: [
                "LegacySimulator", "SyncCore", "TestSupport", .argumentParser, .logging,
                .product(name: "NIOCore", package: "swift-nio"),
            ],
            swiftSettings: strict),
        .testTarget(
            name: "SyncStorageTests", dependencies: ["SyncStorage", "SyncCore", "Postgres", "TestSupport", .logging],
            swiftSettings: strict),
        .target(
            name: "SyncTestSupport",
            dependencies: ["AWSClientSupport", "CurlHTTP", "SQS", "SigV4", "TestSupport", .logging],
            path: "Tests/SyncTestSupport", swiftSettings: strict),
        .testTarget(
            name: "ServiceRuntimeTests",
            dependencies: ["CurlHTTP", "ServiceRuntime", "SyncCore", "TestSupport", .logging, .metrics],
            swiftSettings: strict),
        .testTarget(
            name: "OrchestratorTests",
            dependencies: [
                "CurlHTTP", "Orchestrator", "Postgres", "SQS", "ServiceRuntime", "SyncCore", "SyncPipeline",
                "SyncStorage",
                "SyncTestSupport", "TestSupport", .lifecycle,
                .logging, .metricsTestKit,
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOEmbedded", package: "swift-nio"),
                .product(name: "NIOHTTPTypes", package: "swift-nio-extras"),
            ],
            swiftSettings: strict),
        .testTarget(
            name: "WorkerTests",
            dependencies: [
                "AWSClientSupport", "Backoff", "CurlHTTP", "LambdaRuntime", "Postgres", "SQS", "ServiceRuntime",
                "SigV4",
                "SyncCore", "SyncStorage", "TestSupport", "Worker", .logging, .metrics,
            ],
            swiftSettings: strict),
        .testTarget(
            name: "DocumentationTests",
            dependencies: [
                "Orchestrator", "Worker", "ServiceRuntime", "SyncCore", "SyncStorage", "TestSupport", .argumentParser,
            ],
            swiftSettings: strict),
        .testTarget(
            name: "IntegrationTests",
            dependencies: [
                "Orchestrator", "Worker", "LegacySimulator", "CurlHTTP", "Postgres", "SQS", "ServiceRuntime",
                "SyncStorage",
                "SyncTestSupport",
                "TestSupport",
                .logging,
            ],
            exclude: ["Serve/operate_page.py", "Serve/schemathesis.toml", "Terminal/terminal.py"],
            swiftSettings: strict),
        .testTarget(
            name: "FaultTests",
            dependencies: [
                "Orchestrator", "Worker", "LegacySimulator", "SQS", "SyncCore", "SyncTestSupport", "TestSupport",
            ],
            swiftSettings: strict),
    ]
)

extension Target.Dependency {
    static var argumentParser: Self { .product(name: "ArgumentParser", package: "swift-argument-parser") }
    static var deque: Self { .product(name: "DequeModule", package: "swift-collections") }
    static var lifecycle: Self { .product(name: "ServiceLifecycle", package: "swift-service-lifecycle") }
    static var signals: Self { .product(name: "UnixSignals", package: "swift-service-lifecycle") }
    static var logging: Self { .product(name: "Logging", package: "swift-log") }
    static var metrics: Self { .product(name: "CoreMetrics", package: "swift-metrics") }
    static var metricsTestKit: Self { .product(name: "MetricsTestKit", package: "swift-metrics") }
}
