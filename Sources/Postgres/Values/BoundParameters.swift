/// Parameters in the four C arrays that libpq takes.
struct BoundParameters {
    let count: Int32
    let types: UnsafePointer<UInt32>?
    let values: UnsafePointer<UnsafePointer<CChar>?>?
    let lengths: UnsafePointer<Int32>?
    let formats: UnsafePointer<Int32>?

    /// The most parameters one statement can have: the protocol counts them in 16 bits.
    static let maximumCount = Int(UInt16.max)
    /// The most bytes of one value: the server's own limit for a field is 1 GiB.
    static let maximumBytes = (1 << 30) - 1

    private static let text: Int32 = 0
    private static let binary: Int32 = 1

    /// Checks what the server or libpq would not catch, or would catch only after other commands have been sent.
    ///
    /// A text with NUL is refused here since libpq would cut it there, silently.
    static func validate(_ parameters: [PostgresValue], operation: String) throws(PostgresError) {
        guard parameters.count <= maximumCount else {
            throw PostgresError(
                .invalidParameter, operation: operation,
                message: "\(parameters.count) parameters are more than the \(maximumCount) a statement can have")
        }
        for (index, parameter) in parameters.enumerated() {
            let size: Int
            switch parameter {
            case .text(let text):
                guard !text.utf8.contains(0) else {
                    throw PostgresError(
                        .invalidParameter, operation: operation,
                        message: "parameter $\(index + 1) contains NUL, which PostgreSQL's text cannot hold")
                }
                size = text.utf8.count
            case .array(let array): size = array.byteCount
            case .null, .int8, .int4, .bool, .timestamptz: continue
            }
            guard size <= maximumBytes else {
                throw PostgresError(
                    .invalidParameter, operation: operation,
                    message: "parameter $\(index + 1) has \(size) bytes, over the server's limit of \(maximumBytes)")
            }
        }
    }

    /// Calls `body` with `parameters` laid out for libpq.
    ///
    /// Scalars are packed into one scratch buffer; arrays are passed where they are, without a copy.
    static func with<R>(_ parameters: [PostgresValue], _ body: (BoundParameters) -> R) -> R {
        guard !parameters.isEmpty else {
            return body(BoundParameters(count: 0, types: nil, values: nil, lengths: nil, formats: nil))
        }
        var scratch: [UInt8] = []
        scratch.reserveCapacity(parameters.count * 16)
        var offsets: [Int] = []
        offsets.reserveCapacity(parameters.count)
        for parameter in parameters {
            offsets.append(scratch.count)
            appendScalar(parameter, to: &scratch)
        }
        let types = parameters.map(\.typeOID)
        let formats = parameters.map { parameter -> Int32 in if case .text = parameter { text } else { binary } }
        var values = [UnsafePointer<CChar>?](repeating: nil, count: parameters.count)
        var lengths = [Int32](repeating: 0, count: parameters.count)
        return scratch.withUnsafeBytes { scratch in
            for (index, parameter) in parameters.enumerated() {
                if case .null = parameter { continue }
                let end = index + 1 < offsets.count ? offsets[index + 1] : scratch.count
                values[index] = scratch.baseAddress?.advanced(by: offsets[index]).assumingMemoryBound(to: CChar.self)
                lengths[index] = Int32(truncatingIfNeeded: end - offsets[index])
            }
            return withArrays(parameters[...], values: &values, lengths: &lengths) { values, lengths in
                types.withUnsafeBufferPointer { types in
                    formats.withUnsafeBufferPointer { formats in
                        values.withUnsafeBufferPointer { values in
                            lengths.withUnsafeBufferPointer { lengths in
                                body(
                                    BoundParameters(
                                        count: Int32(truncatingIfNeeded: values.count), types: types.baseAddress,
                                        values: values.baseAddress, lengths: lengths.baseAddress,
                                        formats: formats.baseAddress))
                            }
                        }
                    }
                }
            }
        }
    }

    /// Fills in the addresses of the array parameters, one nested call an array, so that all are valid in `body`.
    private static func withArrays<R>(
        _ rest: ArraySlice<PostgresValue>, values: inout [UnsafePointer<CChar>?], lengths: inout [Int32],
        _ body: ([UnsafePointer<CChar>?], [Int32]) -> R
    ) -> R {
        for index in rest.indices {
            guard case .array(let array) = rest[index] else { continue }
            return array.withWireBytes { bytes in
                values[index] = UnsafeRawPointer(bytes.baseAddress)?.assumingMemoryBound(to: CChar.self)
                lengths[index] = Int32(truncatingIfNeeded: bytes.count)
                return withArrays(rest[(index + 1)...], values: &values, lengths: &lengths, body)
            }
        }
        return body(values, lengths)
    }

    private static func appendScalar(_ parameter: PostgresValue, to scratch: inout [UInt8]) {
        switch parameter {
        case .null, .array: break
        case .text(let text):
            // libpq reads a text up to its NUL.
            scratch.append(contentsOf: text.utf8)
            scratch.append(0)
        case .int8(let value): append(UInt64(bitPattern: value), to: &scratch)
        case .int4(let value): append(UInt32(bitPattern: value), to: &scratch)
        case .bool(let value): scratch.append(value ? 1 : 0)
        case .timestamptz(let microseconds):
            let wire = PostgresTimestamp.wire(microsecondsSinceUnixEpoch: microseconds)
            append(UInt64(bitPattern: wire), to: &scratch)
        }
    }

    private static func append(_ value: some FixedWidthInteger, to scratch: inout [UInt8]) {
        withUnsafeBytes(of: value.bigEndian) { scratch.append(contentsOf: $0) }
    }
}
