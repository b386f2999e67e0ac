/// How a command ends, as `sysexits.h` and the operators' scripts read it.
package enum ExitStatus: Int32, Sendable {
    case success = 0
    case failure = 1
    /// `EX_DATAERR`: the source sent too few records; nothing should try again before a person has looked.
    case tooFewRecords = 65
    /// `EX_TEMPFAIL`: another sync is running; trying again later is right.
    case temporaryFailure = 75
    /// `EX_CONFIG`: a setting is missing or wrong; nothing was touched.
    case configuration = 78
}
