import AWSClientSupport
import CurlHTTP
import ServiceRuntime

/// Finds variables that were set in vain: settings that a sync does not read, others that go before them, and names with a mistake.
struct UnusedSettings: Sendable {
    let settings: Settings
    /// nil when the settings of AWS cannot be read at all.
    let queue: QueueSettings?

    /// More than this is no mistake but another program's environment.
    private static let mostFindings = 20

    var findings: [Finding] {
        Array((quoted + ignored + misspelt + shadowed + proxies).prefix(Self.mostFindings))
    }

    private var environment: [String: String] { settings.environment }

    private func isSet(_ variable: String) -> Bool { environment[variable] != nil }

    private func unused(_ variable: String, _ why: String, advice: String? = nil) -> Finding {
        .warning(.configuration, "\(variable) is set, but not used: \(why)", advice: advice ?? "unset \(variable)")
    }

    private var ignored: [Finding] {
        KnownSettings.ofOthers.sorted { $0.key < $1.key }.filter { isSet($0.key) }.map {
            unused(
                $0.key, "a sync does not read it, \($0.value) does", advice: "nothing, if it is meant for \($0.value)")
        }
            + KnownSettings.unsupportedOfAWS.sorted().filter(isSet).map {
                unused($0, "this service does not support it")
            }
    }

    /// Values in quotation marks, as `docker run --env-file` and unit files of other systems leave them.
    private var quoted: [Finding] {
        KnownSettings.all.sorted().compactMap { variable in
            guard let value = environment[variable], value.count >= 2, let mark = value.first,
                mark == "\"" || mark == "'",
                value.last == mark
            else { return nil }
            return .warning(
                .configuration, "\(variable) begins and ends with a quotation mark, which is a part of its value",
                advice: "take the marks out: no shell reads this value")
        }
    }

    private var misspelt: [Finding] {
        environment.keys.sorted().compactMap { variable in
            switch KnownSettings.misspelling(variable) {
            case .of(let name):
                .warning(.configuration, "\(variable) is set, but is no setting", advice: "did you mean \(name)?")
            case .unknown:
                .warning(
                    .configuration, "\(variable) is set, but is no setting",
                    advice: "look it up in docs/configuration.md, or unset it")
            case nil: nil
            }
        }
    }

    private var shadowed: [Finding] {
        var found: [Finding] = []
        if isSet("AWS_REGION"), let other = environment["AWS_DEFAULT_REGION"], other != environment["AWS_REGION"] {
            found.append(unused("AWS_DEFAULT_REGION", "AWS_REGION goes before it"))
        }
        if isSet("AWS_DEFAULT_PROFILE"), let other = environment["AWS_PROFILE"],
            other != environment["AWS_DEFAULT_PROFILE"]
        {
            found.append(unused("AWS_PROFILE", "AWS_DEFAULT_PROFILE goes before it"))
        }
        if isSet("AWS_ACCESS_KEY_ID") {
            if isSet("AWS_WEB_IDENTITY_TOKEN_FILE") {
                found.append(unused("AWS_WEB_IDENTITY_TOKEN_FILE", "AWS_ACCESS_KEY_ID goes before it"))
            }
            for variable in ["AWS_DEFAULT_PROFILE", "AWS_PROFILE"] where isSet(variable) {
                found.append(
                    .warning(
                        .configuration,
                        "\(variable) is set, but its keys are not used: AWS_ACCESS_KEY_ID goes before them",
                        advice: "unset AWS_ACCESS_KEY_ID to use the profile's keys"))
            }
        }
        if isSet("SSL_CERT_FILE"), isSet("LEGACY_API_CA_FILE"), isSet("AWS_CA_BUNDLE") {
            found.append(unused("SSL_CERT_FILE", "LEGACY_API_CA_FILE and AWS_CA_BUNDLE go before it"))
        }
        if isSet("LEGACY_API_CA_FILE"), environment["LEGACY_API_URL"]?.hasPrefix("http://") == true {
            found.append(unused("LEGACY_API_CA_FILE", "LEGACY_API_URL is plain http"))
        }
        if let queue { found += awsFindings(queue) }
        return found
    }

    /// The region that the host of a queue's URL names, in either of the two forms that AWS has given out.
    private static func region(ofQueueAt url: String) -> String? {
        guard let origin = try? AWSEndpoint(originOf: url), origin.isAWS else { return nil }
        let labels = origin.host.split(separator: ".")
        guard labels.count >= 4 else { return nil }
        if labels[0] == "sqs" { return String(labels[1]) }
        return labels[1] == "queue" ? String(labels[0]) : nil
    }

    private func awsFindings(_ queue: QueueSettings) -> [Finding] {
        var found: [Finding] = []
        if queue.endpoint == nil, let region = Self.region(ofQueueAt: queue.queueURL), region != queue.region {
            found.append(
                .warning(
                    .configuration,
                    "SQS_QUEUE_URL is in \(region), and requests are signed for \(queue.region) (\(queue.regionOrigin))",
                    advice: "set AWS_REGION=\(region)"))
        }
        for file in queue.aws.missingFiles {
            found.append(
                .warning(
                    .configuration, "there is no readable file \(file)",
                    advice: "correct the path, or unset the variable"))
        }
        if (try? queue.aws.ignoresConfiguredEndpoints()) == true {
            for variable in environment.keys.sorted() where variable.hasPrefix("AWS_ENDPOINT_URL") {
                found.append(unused(variable, "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS is true"))
            }
        } else if isSet("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"),
            environment["AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"]?.lowercased() != "false"
        {
            found.append(unused("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "it counts only as 'true'"))
        }
        for (setting, value) in queue.aws.unsupportedOfProfile {
            found.append(
                .warning(
                    .configuration,
                    "\(setting) = \(value) of \(queue.aws.profileDescription) is not used: it is not supported",
                    advice: "name the endpoint in AWS_ENDPOINT_URL_SQS"))
        }
        return found
    }

    private var proxies: [Finding] {
        let plain = ["http_proxy", "HTTP_PROXY"].first(where: isSet)
        guard let proxy = try? settings.proxy() else {
            return plain.map {
                [unused($0, "plain http never goes through a proxy", advice: "set HTTPS_PROXY for https")]
            } ?? []
        }
        let destinations = [
            environment["LEGACY_API_URL"], queue.map { $0.endpoint?.url ?? $0.queueURL },
        ].compactMap { $0 }
        guard !destinations.contains(where: HTTPClient.mayUseProxy) else { return [] }
        return [unused(proxy.variable, "nothing that a sync calls is https on another machine")]
    }
}
