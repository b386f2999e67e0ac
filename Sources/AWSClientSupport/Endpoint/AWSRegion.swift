/// A region's name and the DNS suffix of its partition.
package struct AWSRegion: Sendable, Hashable, CustomStringConvertible {
    package let name: String

    /// - Throws: ``AWSEndpointError`` when the name could not be part of a host name.
    package init(_ name: String) throws(AWSEndpointError) {
        guard (1...63).contains(name.utf8.count), name.utf8.first != UInt8(ascii: "-"),
            name.utf8.last != UInt8(ascii: "-"), name.utf8.allSatisfy(Self.isLabelByte)
        else { throw AWSEndpointError(code: .invalidRegion) }
        self.name = name
    }

    package var description: String { name }

    /// The endpoint of a service in this region, by the pattern `<service>.<region>.<suffix>`.
    package func endpoint(of service: String) -> AWSEndpoint {
        AWSEndpoint(scheme: .https, host: "\(service).\(name).\(dnsSuffix)")
    }

    /// The partitions of AWS, by the region's first part; from `partitions.json` in botocore 1.43.
    var dnsSuffix: String {
        Self.partitions.first { name.hasPrefix($0.prefix) }?.suffix ?? Self.commonSuffix
    }

    static var dnsSuffixes: [String] { [commonSuffix] + partitions.map(\.suffix) }

    private static let commonSuffix = "amazonaws.com"
    private static let partitions: [(prefix: String, suffix: String)] = [
        ("cn-", "amazonaws.com.cn"), ("eusc-", "amazonaws.eu"), ("us-iso-", "c2s.ic.gov"),
        ("us-isob-", "sc2s.sgov.gov"), ("eu-isoe-", "cloud.adc-e.uk"), ("us-isof-", "csp.hci.ic.gov"),
    ]

    private static func isLabelByte(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x61...0x7A, UInt8(ascii: "-"): true
        default: false
        }
    }
}
