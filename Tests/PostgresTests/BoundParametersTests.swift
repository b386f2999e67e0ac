import Testing

@testable import Postgres

@Suite("Parameters for libpq") struct BoundParametersTests {
    private struct Seen: Equatable {
        var type: UInt32
        var format: Int32
        var bytes: [UInt8]?
    }

    private func seen(_ parameters: [PostgresValue]) -> [Seen] {
        BoundParameters.with(parameters) { bound in
            (0..<Int(bound.count)).compactMap { index in
                guard let types = bound.types, let formats = bound.formats, let values = bound.values,
                    let lengths = bound.lengths
                else { return nil }
                let bytes = values[index].map {
                    Array(UnsafeRawBufferPointer(start: $0, count: Int(lengths[index])))
                }
                return Seen(type: types[index], format: formats[index], bytes: bytes)
            }
        }
    }

    @Test("each value has its type, format and bytes, and a text its NUL")
    func layout() {
        var array = PostgresArray(of: .bool)
        array.append(true)
        let wire = array.withWireBytes { Array($0) }
        #expect(
            seen([
                .int8(258), .null, .text("é"), .array(array), .text(""), .bool(true), .int4(-1), .array(array),
                .timestamptz(microsecondsSinceUnixEpoch: 946_684_800_000_001),
            ]) == [
                Seen(type: 20, format: 1, bytes: [0, 0, 0, 0, 0, 0, 1, 2]),
                Seen(type: 0, format: 1, bytes: nil),
                Seen(type: 0, format: 0, bytes: [0xC3, 0xA9, 0]),
                Seen(type: 1000, format: 1, bytes: wire),
                Seen(type: 0, format: 0, bytes: [0]),
                Seen(type: 16, format: 1, bytes: [1]),
                Seen(type: 23, format: 1, bytes: [255, 255, 255, 255]),
                Seen(type: 1000, format: 1, bytes: wire),
                Seen(type: 1184, format: 1, bytes: [0, 0, 0, 0, 0, 0, 0, 1]),
            ])
        #expect(seen([]).isEmpty)
        #expect(seen([.array(array)]) == [Seen(type: 1000, format: 1, bytes: wire)])
    }

    @Test("what cannot be sent is refused by its number, without its value")
    func refusals() {
        let withNUL = #expect(throws: PostgresError.self) {
            try BoundParameters.validate([.int8(1), .text("secret\u{0}")], operation: "test")
        }
        #expect(withNUL?.code == .invalidParameter)
        #expect(withNUL?.description.contains("$2") == true)
        #expect(withNUL?.description.contains("secret") == false)
        let tooMany = #expect(throws: PostgresError.self) {
            try BoundParameters.validate(Array(repeating: .null, count: 65_536), operation: "test")
        }
        #expect(tooMany?.code == .invalidParameter)
        #expect(throws: Never.self) {
            try BoundParameters.validate(Array(repeating: .null, count: 65_535), operation: "test")
        }
    }
}
