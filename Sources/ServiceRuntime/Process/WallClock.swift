#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// The time of day, for what leaves the process: it can be set, so lengths of time are measured by other clocks.
package enum WallClock {
    /// Milliseconds since 1970.
    package static var milliseconds: Int64 { Int64(Date().timeIntervalSince1970 * 1000) }
}
