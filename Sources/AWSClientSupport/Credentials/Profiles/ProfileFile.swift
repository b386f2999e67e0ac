/// The profiles of an AWS config or credentials file: settings by profile name.
///
/// https://docs.aws.amazon.com/sdkref/latest/guide/file-format.html
struct ProfileFile: Equatable {
    enum Kind {
        /// Sections are `[default]` and `[profile name]`; others (`[sso-session …]`, `[services …]`) are no profiles.
        case config
        /// Sections are `[name]`.
        case credentials
    }

    private(set) var profiles: [String: [String: String]] = [:]

    init() {}

    init(_ text: String, kind: Kind) {
        var profile: String?
        for line in text.split(whereSeparator: \.isNewline) {
            // A line that begins with white space belongs to the setting above it, such as `s3 =`; none of those is ours.
            guard let first = line.first, !first.isWhitespace, first != "#", first != ";" else { continue }
            if first == "[" {
                profile = line.firstIndex(of: "]").flatMap {
                    Self.name(line[line.index(after: line.startIndex)..<$0], kind)
                }
                if let profile { profiles[profile, default: [:]].merge([:]) { $1 } }
                continue
            }
            guard let profile, let equals = line.firstIndex(of: "=") else { continue }
            let key = Self.trimmed(line[..<equals]).lowercased()
            profiles[profile, default: [:]][key] = Self.value(line[line.index(after: equals)...])
        }
    }

    /// The settings of both files; where both have one, the credentials file's.
    static func merged(config: ProfileFile, credentials: ProfileFile) -> ProfileFile {
        var merged = config
        for (name, settings) in credentials.profiles {
            merged.profiles[name, default: [:]].merge(settings) { $1 }
        }
        return merged
    }

    private static func name(_ section: Substring, _ kind: Kind) -> String? {
        let text = trimmed(section)
        guard kind == .config, text != "default" else { return text }
        guard text.hasPrefix("profile"), text.dropFirst(7).first?.isWhitespace == true else { return nil }
        let name = trimmed(text.dropFirst(7))
        return name.count >= 2 && name.first == "\"" && name.last == "\"" ? String(name.dropFirst().dropLast()) : name
    }

    /// Without white space around it, and without a comment, which begins after white space.
    private static func value(_ text: Substring) -> String {
        var previous: Character = " "
        var end = text.endIndex
        for index in text.indices {
            if text[index] == "#" || text[index] == ";", previous.isWhitespace {
                end = index
                break
            }
            previous = text[index]
        }
        return trimmed(text[..<end])
    }

    private static func trimmed(_ text: some StringProtocol) -> String {
        let head = text.drop(while: \.isWhitespace)
        guard let last = head.lastIndex(where: { !$0.isWhitespace }) else { return "" }
        return String(head[...last])
    }
}
