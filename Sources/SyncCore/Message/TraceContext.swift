/// Names the trace that a sync and its batches belong to, so that what the orchestrator and the workers log can be put together.
///
/// Travels with each message as the message attribute `traceparent`, in the form of W3C Trace Context:
/// `00-<32 hexadecimal digits: the trace>-<16: the parent>-01`, https://www.w3.org/TR/trace-context/#traceparent-header
package struct TraceContext: Sendable, Hashable {
    /// The message attribute's name.
    package static let attributeName = "traceparent"
    /// What the attribute adds to a message's size: its name, its type and its value, in bytes.
    package static let attributeBytes = attributeName.utf8.count + "String".utf8.count + length

    private static let length = 55

    /// 32 hexadecimal digits, not all of them 0; the same for all batches of a sync.
    package let traceID: String

    /// The trace of a new sync.
    package init(using generator: inout some RandomNumberGenerator) {
        // Never all zero: that means "no trace".
        let halves = (
            UInt64.random(in: 1 ... .max, using: &generator), UInt64.random(in: 1 ... .max, using: &generator)
        )
        traceID = Self.digits(halves.0) + Self.digits(halves.1)
    }

    /// What a message says; nil when it is no context of version 00.
    package init?(traceparent text: String) {
        let bytes = Array(text.utf8)
        let dash = UInt8(ascii: "-")
        guard bytes.count == Self.length, bytes.starts(with: "00-".utf8), bytes[35] == dash, bytes[52] == dash else {
            return nil
        }
        let fields = [bytes[3..<35], bytes[36..<52], bytes[53..<55]]
        guard fields.allSatisfy({ $0.allSatisfy(Self.isDigit) }),
            fields[..<2].allSatisfy({ !$0.allSatisfy { $0 == UInt8(ascii: "0") } })
        else { return nil }
        traceID = String(decoding: fields[0], as: UTF8.self)
    }

    /// The attribute's value for one batch.
    /// - Parameter number: the batch's number, which names the sending of it within the trace; at least 1.
    package func traceparent(batch number: Int64) -> String {
        "00-\(traceID)-\(Self.digits(UInt64(bitPattern: number)))-01"
    }

    private static func digits(_ value: UInt64) -> String {
        let digits = String(value, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }

    private static func isDigit(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "f"): true
        default: false
        }
    }
}
