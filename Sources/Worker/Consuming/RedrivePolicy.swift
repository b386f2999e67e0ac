#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// The queue attribute of that name: JSON in a string.
struct RedrivePolicy: Decodable {
    private let maxReceiveCount: Count

    /// How often a message is handed out before it goes to the dead-letter queue; nil when the policy cannot be read.
    static func maximumReceives(_ attribute: String) -> Int? {
        try? JSONDecoder().decode(RedrivePolicy.self, from: Data(attribute.utf8)).maxReceiveCount.value
    }

    /// AWS answers a number; some servers give back the string that the queue was created with.
    private struct Count: Decodable {
        let value: Int

        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            if let number = try? container.decode(Int.self) {
                value = number
            } else if let number = Int(try container.decode(String.self)) {
                value = number
            } else {
                throw DecodingError.dataCorruptedError(in: container, debugDescription: "maxReceiveCount is no number")
            }
        }
    }
}
