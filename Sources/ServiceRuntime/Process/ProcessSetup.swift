/// What both programs do before anything else.
package enum ProcessSetup {
    /// Makes the process a good citizen: of its terminal, its pipes, its container. Call it once, first in `main`.
    package static func begin() {
        StandardStreams.fillGaps()
        ProcessSignals.begin()
        StandardOutput.checkAtExit()
        ProcessCryptography.keepUntilExit()
    }
}
