import SigV4
import Testing

@Suite("SigV4: SHA-256")
struct SHA256DigestTests {
    // https://csrc.nist.gov/projects/cryptographic-standards-and-guidelines/example-values
    @Test(
        "SigV4: the published hashes come out",
        arguments: [
            ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
            ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
            (
                "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
                "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
            ),
            (
                String(repeating: "a", count: 1_000_000),
                "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"
            ),
        ])
    func hashes(text: String, hex: String) throws {
        let digest = try SHA256Digest.hash(Array(text.utf8))
        #expect(digest.hex == hex)
        #expect(digest.bytes.count == 32)
        #expect(try Array(text.utf8).withUnsafeBytes { try SHA256Digest.hash($0) } == digest)
    }

    @Test("SigV4: nothing has the hash of nothing, also without an address")
    func hashesNothing() throws {
        #expect(try SHA256Digest.hash(UnsafeRawBufferPointer(start: nil, count: 0)) == .empty)
    }

    @Test("SigV4: digests are equal when all their bytes are")
    func compares() throws {
        let one = try SHA256Digest.hash([1])
        #expect(try one == SHA256Digest.hash([1]))
        #expect(try one != SHA256Digest.hash([2]))
        #expect(try Set([one, SHA256Digest.hash([1]), .empty]).count == 2)
    }
}
