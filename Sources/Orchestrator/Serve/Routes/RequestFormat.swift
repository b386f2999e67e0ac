import HTTPTypes
import Hummingbird

extension Request {
    /// The format of the answer: `?format=` if given, else chosen by `Accept`.
    /// - Parameter offered: the first one is the default.
    func format<Format: RawRepresentable<String>>(
        among offered: [(format: Format, mediaType: String)]
    ) throws(Problem) -> Format {
        let values = uri.queryParameters.getAll("format")
        guard values.isEmpty else {
            guard values.count == 1, let known = offered.first(where: { $0.format.rawValue == values[0] }) else {
                let names = offered.map(\.format.rawValue).joined(separator: " or ")
                throw Problem(.badRequest, "format must be \(names)")
            }
            return known.format
        }
        let chosen = ContentNegotiation.choose(among: offered.map(\.mediaType), accept: headers[.accept])
        guard let known = offered.first(where: { $0.mediaType == chosen }) else {
            let types = offered.map(\.mediaType).joined(separator: " or ")
            throw Problem(.notAcceptable, "the answer comes as \(types); see also ?format=")
        }
        return known.format
    }
}
