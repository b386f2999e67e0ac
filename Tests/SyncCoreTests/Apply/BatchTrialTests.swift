import SyncCore
import Testing

@Suite("The batch or the world")
struct BatchTrialTests {
    @Test("a batch is to blame when it fails three times more although the world was proven sound each time")
    func conviction() {
        var trial = BatchTrial()
        trial.failed(isBeyondBatch: false, othersWereApplied: false)
        for strike in 1...3 {
            #expect(!trial.isConvicted)
            trial.probeSucceeded()
            trial.failed(isBeyondBatch: false, othersWereApplied: false)
            #expect(trial.strikes == strike)
        }
        #expect(trial.isConvicted)
        #expect(trial.conviction("x").hasPrefix("failed 4 times, 3 of them although the database was available"))
    }

    @Test("no number of failures convicts a batch while no probe succeeds")
    func outage() {
        var trial = BatchTrial()
        for _ in 0..<1000 { trial.failed(isBeyondBatch: false, othersWereApplied: true) }
        #expect(!trial.isConvicted)
        #expect(trial.strikes == 0)
    }

    @Test("a failure that no batch can cause convicts only when other batches were applied meanwhile")
    func beyondBatch() {
        var trial = BatchTrial()
        for _ in 0..<100 {
            trial.failed(isBeyondBatch: true, othersWereApplied: false)
            trial.probeSucceeded()
        }
        #expect(trial.strikes == 0)
        for _ in 0..<3 {
            trial.probeSucceeded()
            trial.failed(isBeyondBatch: true, othersWereApplied: true)
        }
        #expect(trial.isConvicted)
    }

    @Test("one proof counts for one failure")
    func oneProof() {
        var trial = BatchTrial()
        trial.probeSucceeded()
        for _ in 0..<10 { trial.failed(isBeyondBatch: false, othersWereApplied: false) }
        #expect(trial.strikes == 1)
    }

    @Test("the tries are spread over seconds, longer after each strike")
    func pauses() {
        var trial = BatchTrial()
        var pauses: [Duration] = []
        for _ in 0..<3 {
            pauses.append(trial.pause(random: 0))
            trial.probeSucceeded()
            trial.failed(isBeyondBatch: false, othersWereApplied: false)
        }
        #expect(pauses == [.milliseconds(125), .milliseconds(500), .seconds(2)])
    }
}
