/// Chooses the media type that a client would rather have, by its `Accept` ([RFC 9110, section 12.5.1](https://www.rfc-editor.org/rfc/rfc9110#section-12.5.1)).
enum ContentNegotiation {
    /// - Parameters:
    ///   - offered: media types without parameters, in lower case, the server's favourite first: it is taken on a tie.
    ///   - accept: the header's value; nil or empty accepts everything.
    /// - Returns: nil when the client takes none of them.
    static func choose(among offered: [String], accept: String?) -> String? {
        let ranges = (accept ?? "").split(separator: ",").compactMap(Range.init)
        guard !ranges.isEmpty else { return offered.first }
        var best: (type: String, quality: Double)?
        for type in offered {
            // The most specific range that names a type decides for it.
            let range = ranges.filter { $0.matches(type) }.max { $0.specificity < $1.specificity }
            guard let quality = range?.quality, quality > best?.quality ?? 0 else { continue }
            best = (type, quality)
        }
        return best?.type
    }

    /// One of the ranges of an `Accept`, such as `text/*;q=0.5`.
    private struct Range {
        let name: String
        /// 0 to 1; 0 refuses.
        let quality: Double

        /// nil for what is no range; what is malformed decides nothing.
        init?(_ text: Substring) {
            let parts = text.split(separator: ";").map { $0.filter { $0 != " " && $0 != "\t" }.lowercased() }
            guard let name = parts.first, name.contains("/") else { return nil }
            self.name = name
            guard let weight = parts.dropFirst().first(where: { $0.hasPrefix("q=") }) else {
                quality = 1
                return
            }
            guard let quality = Double(weight.dropFirst(2)), (0...1).contains(quality) else { return nil }
            self.quality = quality
        }

        /// A type is more specific than all types of a kind, and these than all.
        var specificity: Int { name == "*/*" ? 0 : name.hasSuffix("/*") ? 1 : 2 }

        func matches(_ type: String) -> Bool {
            switch specificity {
            case 0: true
            case 1: type.hasPrefix(name.dropLast())
            default: type == name
            }
        }
    }
}
