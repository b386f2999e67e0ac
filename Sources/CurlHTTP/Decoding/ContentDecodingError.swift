/// Why a body could not be decoded.
enum ContentDecodingError: Error, Equatable, CustomStringConvertible {
    /// The encoded stream stops before its own end mark.
    case cutShort
    case damaged(String)
    /// A coding that this client does not undo; asking again gives the same.
    case unsupported(String)
    case noMemory

    var description: String {
        switch self {
        case .cutShort: "the compressed body stops before its end mark"
        case .damaged(let detail): detail
        case .unsupported(let detail): "\(detail), which this client does not read"
        case .noMemory: "no memory for the decompressor"
        }
    }
}
