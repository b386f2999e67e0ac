import ArgumentParser

/// The options that decide how the server misbehaves.
struct FaultOptions: ParsableArguments {
    private static let standard = FaultProfile()

    @Option(
        name: .customLong("error-500-rate"),
        help: ArgumentHelp("Chance that a request is answered 500 (0 to 1).", valueName: "rate"))
    var internalErrorRate = Self.standard.internalErrorRate

    @Option(
        name: .customLong("error-429-rate"),
        help: ArgumentHelp("Chance that one of the rest is answered 429 (0 to 1).", valueName: "rate"))
    var throttlingRate = Self.standard.throttlingRate

    @Option(help: ArgumentHelp("Send Retry-After with a 429.", valueName: "seconds"))
    var retryAfter: Int?

    @Option(help: ArgumentHelp("Cut this many streams, counted from the first.", valueName: "count"))
    var cutFirst = Self.standard.cutFirst

    @Option(help: ArgumentHelp("Chance of a cut for each stream after those (0 to 1).", valueName: "rate"))
    var cutRate = Self.standard.cutRate

    @Option(
        help: ArgumentHelp(
            "Where to cut: after this share of the users, in the middle of a record (0 to 1).", valueName: "share"))
    var cutAt = Self.standard.cutAt

    @Option(help: ArgumentHelp("Stop sending for so long, once in a stream.", valueName: "seconds"))
    var stall: Double?

    @Option(help: ArgumentHelp("Where to stop: after this share of the users (0 to 1).", valueName: "share"))
    var stallAt = Self.standard.stallAt

    @Option(help: ArgumentHelp("Stall this many streams, counted from the first.", valueName: "count"))
    var stallFirst = Self.standard.stallFirst

    func validate() throws {
        try Check.rate(internalErrorRate, "--error-500-rate")
        try Check.rate(throttlingRate, "--error-429-rate")
        try Check.rate(cutRate, "--cut-rate")
        try Check.rate(cutAt, "--cut-at")
        try Check.rate(stallAt, "--stall-at")
        try Check.range(cutFirst, 0...Int.max, "--cut-first")
        try Check.range(stallFirst, 0...Int.max, "--stall-first")
        if let retryAfter { try Check.range(retryAfter, 0...86_400, "--retry-after") }
        if let stall { try Check.seconds(stall, "--stall") }
    }

    var profile: FaultProfile {
        FaultProfile(
            internalErrorRate: internalErrorRate, throttlingRate: throttlingRate, retryAfterSeconds: retryAfter,
            cutFirst: cutFirst,
            cutRate: cutRate, cutAt: cutAt, stall: stall.map { .seconds($0) }, stallAt: stallAt, stallFirst: stallFirst)
    }
}
