import TestSupport

/// Undoes a content coding the plain way: the whole body at once.
enum ReferenceDecoder {
    /// - Returns: nil when the body is damaged, not whole, or encoded in a way that was not asked for.
    static func decode(_ body: [UInt8], header: String?) -> [UInt8]? {
        let noCoding: Set = ["identity", "none", "utf-8", "utf8", ""]
        let names = (header ?? "").lowercased().split(separator: ",").map { $0.filter { $0 != " " } }
            .filter { !noCoding.contains($0) }
        guard names.count <= 1 else { return nil }
        if body.starts(with: [0x1F, 0x8B]) {
            return ["gzip", "x-gzip", "deflate", nil].contains(names.first) ? members(body[...]) : nil
        }
        switch names.first {
        case nil:
            if isWrapped(body), [1, 0x5E, 0x9C, 0xDA].contains(body[1]) { return one(body[...], .zlib) }
            return body
        case "gzip", "x-gzip":
            if body.isEmpty || beginsLikeText(body, "[{< \t\r\n") || body.starts(with: [0xEF, 0xBB, 0xBF]) {
                return body
            }
            return isWrapped(body) ? one(body[...], .zlib) : nil
        case "deflate":
            if body.isEmpty || beginsLikeText(body, "[{") { return body }
            return one(body[...], isWrapped(body) ? .zlib : .raw)
        default: return nil
        }
    }

    private static func beginsLikeText(_ body: [UInt8], _ beginnings: String) -> Bool {
        let isText = body.prefix(4).allSatisfy { ($0 >= 32 && $0 != 127) || [9, 10, 13].contains($0) }
        return isText && body.first.map { beginnings.utf8.contains($0) } == true
    }

    /// Whether the body has the wrapping of zlib.
    private static func isWrapped(_ body: [UInt8]) -> Bool {
        guard body.count >= 2 else { return false }
        let header = Int(body[0]) * 256 + Int(body[1])
        return body[0] & 15 == 8 && body[0] < 0x80 && header % 31 == 0
    }

    private static func members(_ body: ArraySlice<UInt8>) -> [UInt8]? {
        var rest = body
        var result: [UInt8] = []
        while !rest.isEmpty {
            guard let member = decompress(rest, .gzip) else { return nil }
            result += member.bytes
            rest = withoutFilling(rest.dropFirst(member.length))
        }
        return result
    }

    private static func one(_ body: ArraySlice<UInt8>, _ coding: TestCoding) -> [UInt8]? {
        guard let data = decompress(body, coding), withoutFilling(body.dropFirst(data.length)).isEmpty else {
            return nil
        }
        return data.bytes
    }

    private static func withoutFilling(_ rest: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        rest.drop { [0, 9, 10, 13, 32].contains($0) }
    }
}
