// swift-tools-version: 6.1
import PackageDescription

/// Every target of ours is strict: Swift 6 mode, warnings are errors, and an import must be declared below.
let strict: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .unsafeFlags(["-warnings-as-errors"]),
]

func room(_ name: String, _ dependencies: [Target.Dependency], exclude: [String] = []) -> Target {
    .target(name: name, dependencies: dependencies, exclude: exclude, swiftSettings: strict)
}

func tests(of name: String, _ dependencies: [Target.Dependency], exclude: [String] = []) -> Target {
    .testTarget(name: name + "Tests", dependencies: dependencies, exclude: exclude, swiftSettings: strict)
}

let crypto = Target.Dependency.product(name: "Crypto", package: "swift-crypto")
let cryptoExtras = Target.Dependency.product(name: "CryptoExtras", package: "swift-crypto")
let protobuf = Target.Dependency.product(name: "SwiftProtobuf", package: "swift-protobuf")
let grdb = Target.Dependency.product(name: "GRDB", package: "GRDB.swift")
let hummingbird = Target.Dependency.product(name: "Hummingbird", package: "hummingbird")
let hummingbirdCore = Target.Dependency.product(name: "HummingbirdCore", package: "hummingbird")
let httpTypes = Target.Dependency.product(name: "HTTPTypes", package: "swift-http-types")
let arguments = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")
let certificates = Target.Dependency.product(name: "X509", package: "swift-certificates")
let asn1 = Target.Dependency.product(name: "SwiftASN1", package: "swift-asn1")
let nio = Target.Dependency.product(name: "NIOCore", package: "swift-nio")
let nioSockets = Target.Dependency.product(name: "NIOPosix", package: "swift-nio")
let nioHTTPTypes = Target.Dependency.product(name: "NIOHTTPTypes", package: "swift-nio-extras")
let nioTLSEvents = Target.Dependency.product(name: "NIOTLS", package: "swift-nio")
let nioTLS = Target.Dependency.product(name: "NIOSSL", package: "swift-nio-ssl")
let lifecycle = Target.Dependency.product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
let mustache = Target.Dependency.product(name: "Mustache", package: "swift-mustache")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")

let package = Package(
    name: "xueji",
    platforms: [.macOS(.v15)],
    products: [.executable(name: "xueji", targets: ["xueji"])],
    dependencies: [
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-certificates.git", from: "1.21.1"),
        .package(url: "https://github.com/apple/swift-asn1.git", from: "1.7.4"),
        .package(url: "https://github.com/apple/swift-nio.git", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-ssl.git", from: "2.37.6"),
        .package(url: "https://github.com/apple/swift-nio-extras.git", from: "1.34.1"),
        .package(url: "https://github.com/apple/swift-protobuf", from: "1.39.0"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
        .package(url: "https://github.com/hummingbird-project/swift-mustache", from: "2.1.1"),
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
    ],
    targets: [
        .systemLibrary(name: "CCurl", pkgConfig: "libcurl", providers: [.apt(["libcurl4-openssl-dev"])]),
        .systemLibrary(name: "CZip", pkgConfig: "libzip", providers: [.apt(["libzip-dev"])]),
        .systemLibrary(name: "CExpat", pkgConfig: "expat", providers: [.apt(["libexpat1-dev"])]),
        .systemLibrary(name: "CXlsxWriter", providers: [.apt(["libxlsxwriter-dev"])]),
        .systemLibrary(name: "CQrencode", pkgConfig: "libqrencode", providers: [.apt(["libqrencode-dev"])]),
        .systemLibrary(name: "CZstd", pkgConfig: "libzstd", providers: [.apt(["libzstd-dev"])]),

        room("Rules", []),
        room("Protocol", ["Rules", "CZstd", crypto, protobuf], exclude: ["Wire/xueji.proto", "Wire/inquiries.proto", "Wire/attestations.proto", "Wire/transfers.proto"]),
        room("Trust", ["Rules", "Protocol", crypto, certificates, asn1]),
        room("Replication", ["Rules", "Protocol", "CCurl"]),
        room("Store", ["Rules", "Protocol", grdb]),
        room("Sheets", ["CZip", "CExpat", "CXlsxWriter"]),
        room("Features", ["Rules", "Protocol", "Trust", "Store", "Sheets", "CQrencode", grdb, crypto, cryptoExtras, mustache]),
        room("Bench", ["Rules", "Protocol", "Replication", "Store", "Sheets", "Features", "Crowd", grdb]),
        room("Node", [
            "Rules", "Protocol", "Trust", "Replication", "Store", "Sheets", "Features", "Bench",
            hummingbird, hummingbirdCore, nio, nioHTTPTypes, nioTLSEvents, nioTLS, httpTypes, arguments, lifecycle, logging, grdb, mustache,
        ]),
        room("Simulation", ["Rules", "Protocol", "Replication", "Store", grdb]),
        room("Crowd", ["Rules", "Protocol", "Trust", "Replication", "Features"]),
        .executableTarget(
            name: "storm", dependencies: ["Crowd", "Node", "Protocol", "Replication", "Rules", arguments], swiftSettings: strict),
        .executableTarget(name: "simulate", dependencies: ["Simulation", arguments], swiftSettings: strict),
        .executableTarget(name: "xueji", dependencies: ["Node"], swiftSettings: strict),

        // An SQLite file system that fails on command; for tests alone.
        .target(name: "CFaultyFiles", path: "Tests/CFaultyFiles"),
        tests(of: "Rules", ["Rules"]),
        tests(of: "Protocol", ["Protocol", "Rules"]),
        tests(of: "Trust", ["Trust", "Protocol", "Rules", certificates]),
        tests(of: "Replication", ["Replication", "Protocol", "Rules"]),
        tests(of: "Simulation", ["Simulation", "Rules"]),
        tests(of: "Store", ["Store", "Protocol", "Rules", grdb]),
        tests(of: "Sheets", ["Sheets"], exclude: ["Fixtures"]),
        tests(of: "Features", ["CFaultyFiles", "Features", "Store", "Sheets", "Protocol", "Rules", "CXlsxWriter", "CZip", grdb, mustache], exclude: ["Fixtures"]),
        tests(of: "Bench", ["Bench", "Rules", "Protocol"]),
        tests(of: "House", []),
        tests(of: "Node", ["Node", "Crowd", "Trust", "Features", "Store", "Sheets", "Replication", "Protocol", "Rules", grdb, nio, nioSockets, nioTLS, certificates]),
    ]
)
