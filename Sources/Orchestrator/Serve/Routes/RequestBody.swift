import HTTPTypes
import Hummingbird
import NIOCore

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// Reads bodies: small ones, and only where they have a meaning.
extension Request {
    /// The largest body that is read at all, in bytes.
    static var maximumBodyBytes: Int { 16_384 }

    /// Refuses a body where none has a meaning, but for an empty JSON object.
    func expectsNoBody() async throws {
        guard try await json()?.isEmpty ?? true else { throw Problem(.badRequest, "this takes no body") }
    }

    /// The members of a JSON object; nil when there is no body.
    /// - Throws: a ``Problem`` when the body is too large, of another type, or no object.
    func json() async throws -> [String: JSONScalar]? {
        let bytes: ByteBuffer
        do {
            bytes = try await body.collect(upTo: Self.maximumBodyBytes)
        } catch is NIOTooManyBytesError {
            throw Problem(.contentTooLarge, "the body may have \(Self.maximumBodyBytes) bytes at most")
        } catch is CancellationError {
            throw CancellationError()
        } catch {
            // Its chunks are damaged, or it ended too early: the client's fault.
            throw Problem(.badRequest, "the body is damaged or incomplete")
        }
        guard bytes.readableBytes > 0 else { return nil }
        let type = headers[.contentType]?.split(separator: ";").first?.lowercased() ?? ""
        guard type.filter({ $0 != " " }) == "application/json" else {
            throw Problem(.unsupportedMediaType, "the body must be application/json")
        }
        do {
            return try JSONDecoder().decode([String: JSONScalar].self, from: Data(bytes.readableBytesView))
        } catch {
            throw Problem(.badRequest, "the body must be a JSON object")
        }
    }
}
