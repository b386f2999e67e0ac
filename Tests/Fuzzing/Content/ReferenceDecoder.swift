import TestSupport

/// Undoes a content coding the plain way: the whole body at once.
enum ReferenceDecoder {
    /// - Returns: nil when the body is damaged, not whole, or encoded in a way that was not asked for.
    static func decode(_ body: [UInt8], header: String?) -> [UInt8]? {
        let names = (header ?? "").lowercased().split(separator: ",").map { $0.filter { $0 != " " } }
        switch names.filter({ $0 != "identity" }) {
        case []: return body
        case ["gzip"], ["x-gzip"]: return members(body[...])
        // No bytes at all were never encoded.
        case ["deflate"]: return body.isEmpty ? [] : deflated(body[...])
        default: return nil
        }
    }

    private static func members(_ body: ArraySlice<UInt8>) -> [UInt8]? {
        var rest = body
        var result: [UInt8] = []
        while !rest.isEmpty {
            guard let member = decompress(rest, .gzip) else { return nil }
            result += member.bytes
            rest = rest.dropFirst(member.length)
        }
        return result
    }

    /// With the zlib wrapping that the standard asks for, or without it, as some servers send it.
    private static func deflated(_ body: ArraySlice<UInt8>) -> [UInt8]? {
        guard body.count >= 2 else { return nil }
        let header = Int(body[body.startIndex]) * 256 + Int(body[body.startIndex + 1])
        let isWrapped = header >> 8 & 15 == 8 && header % 31 == 0
        guard let data = decompress(body, isWrapped ? .zlib : .raw), data.length == body.count else { return nil }
        return data.bytes
    }
}
