/// Reads message bodies in the format that ``MessageFormat`` describes, and refuses everything else.
package enum MessageDecoder {
    /// Reads a whole message.
    ///
    /// Any bytes may be given: a body that is not exactly a message of a version in ``MessageFormat/readableVersions`` is refused as
    /// a whole, and memory is bounded by a small multiple of its size, whatever its header announces.
    ///
    /// - Throws: ``MessageError``, which says what is wrong and where.
    package static func decode(_ body: [UInt8]) throws(MessageError) -> DecodedBatch {
        guard body.count <= Int(Int32.max) else {
            throw MessageError(.tooLarge, offset: 0, detail: "\(body.count) bytes")
        }
        return try body.withUnsafeBufferPointer { (bytes) throws(MessageError) -> DecodedBatch in
            var reader = MessageReader(UnsafeRawBufferPointer(bytes))
            let header = try reader.readHeader()
            return try DecodedBatch(header, readingFrom: &reader)
        }
    }
}
