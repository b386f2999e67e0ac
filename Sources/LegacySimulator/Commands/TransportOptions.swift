import ArgumentParser

/// The options that decide how the body travels.
struct TransportOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Time from one array to the next; 0 sends as fast as the socket takes it.", valueName: "milliseconds"))
    var intervalMs = 100

    @Option(
        help: ArgumentHelp(
            "Content coding: identity, gzip or deflate, whether the client asked for it or not.", valueName: "coding"))
    var encoding = ServingProfile.ContentCoding.identity

    @Option(
        help: ArgumentHelp(
            "HTTP chunk size: auto (an array, or 64 KiB), a number of bytes, random (1 to 8192) or random:<largest>.",
            valueName: "size"))
    var chunkBytes = ServingProfile.ChunkSize.automatic

    func validate() throws {
        try Check.range(intervalMs, 0...3_600_000, "--interval-ms")
    }

    var profile: ServingProfile {
        ServingProfile(interval: .milliseconds(intervalMs), coding: encoding, chunkSize: chunkBytes)
    }
}

extension ServingProfile.ContentCoding: ExpressibleByArgument {}

extension ServingProfile.ChunkSize: ExpressibleByArgument {
    init?(argument: String) {
        if argument == "auto" {
            self = .automatic
        } else if argument == "random" {
            self = .random(upTo: 8192)
        } else if argument.hasPrefix("random:"), let largest = Int(argument.dropFirst("random:".count)), largest > 0 {
            self = .random(upTo: largest)
        } else if let bytes = Int(argument), bytes > 0 {
            self = .fixed(bytes)
        } else {
            return nil
        }
    }

    var defaultValueDescription: String {
        switch self {
        case .automatic: "auto"
        case .fixed(let bytes): "\(bytes)"
        case .random(let largest): "random:\(largest)"
        }
    }
}
