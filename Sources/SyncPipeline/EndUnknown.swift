package import SyncCore

/// The database went away while the end of a sync was being written, and stayed away: whether it was written is not known here.
package struct EndUnknown: Error, CustomStringConvertible {
    package let syncID: Int64
    package let outage: OutageError

    package var description: String {
        "whether the end of sync \(syncID) was written is not known, since the database is away: see 'orchestrator status' once it is back; "
            + "a sync that is still RUNNING then is marked FAILED by the next one (\(outage))"
    }
}
