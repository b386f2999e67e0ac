/// The path as both sides hash it.
enum CanonicalPath {
    /// The canonical form of a raw path.
    ///
    /// - Throws: ``SigningError/Code/invalidPath`` for a path that is not absolute, holds `?` or `#`, or a control character.
    static func bytes(of path: String, options: Signer.Options) throws(SigningError) -> [UInt8] {
        if path.isEmpty || path == "/" { return [slash] }
        var bytes = Array(path.utf8)
        guard bytes[0] == slash else {
            throw error(
                "the path does not begin with /", "give the absolute path of the request line, without scheme and host")
        }
        guard !bytes.contains(where: { $0 == UInt8(ascii: "?") || $0 == UInt8(ascii: "#") }) else {
            throw error(
                "the path holds ? or #", "give the query apart from the path, and escape a ? or # that belongs to it")
        }
        guard !bytes.contains(where: ASCII.isControl) else {
            throw error("the path holds a control character", "escape it")
        }
        if options.normalizesPath { bytes = normalized(bytes) }
        if !options.encodesPathTwice { bytes = PercentEncoding.decoded(bytes[...]) }
        var output: [UInt8] = []
        output.reserveCapacity(bytes.count + bytes.count / 4)
        PercentEncoding.append(bytes, keepsSlashes: true, to: &output)
        return output
    }

    /// Drops `.` and empty segments and lets `..` take back the one before it. A slash at the end stays.
    private static func normalized(_ path: [UInt8]) -> [UInt8] {
        var segments: [ArraySlice<UInt8>] = []
        for segment in path.split(separator: slash) where !segment.elementsEqual([dot]) {
            if segment.elementsEqual([dot, dot]) {
                _ = segments.popLast()
            } else {
                segments.append(segment)
            }
        }
        guard !segments.isEmpty else { return [slash] }
        var output: [UInt8] = []
        output.reserveCapacity(path.count)
        for segment in segments {
            output.append(slash)
            output += segment
        }
        if path.last == slash { output.append(slash) }
        return output
    }

    private static let slash = UInt8(ascii: "/")
    private static let dot = UInt8(ascii: ".")

    private static func error(_ problem: String, _ remedy: String) -> SigningError {
        SigningError(.invalidPath, problem, remedy: remedy)
    }
}
