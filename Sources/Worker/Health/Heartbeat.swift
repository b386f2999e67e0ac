import Logging
import ServiceRuntime

/// Writes the worker's condition into its health file while it works, and asks the database now and then when nothing else does.
///
/// It runs on the same threads as the work: when all of those hang, the report grows old, and its age tells.
struct Heartbeat: Sendable {
    let health: WorkerHealth
    let file: HealthFile
    let gate: WorldGate
    let logger: Logger

    private static let interval = Duration.seconds(5)
    /// An idle worker must not be found to have lost its database only when the next sync begins.
    private static let probeInterval = Duration.seconds(60)

    /// Runs until cancelled.
    func run() async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await write() }
            // Apart: a database that does not answer must not keep the report from being written.
            group.addTask { await probe() }
        }
        file.remove()
    }

    private func write() async {
        var isBroken = false
        while !Task.isCancelled {
            do {
                try file.write(health.report(writtenAt: WallClock.milliseconds))
                isBroken = false
            } catch {
                if !isBroken {
                    logger.error(
                        "the health file cannot be written: health checks will count this worker as dead",
                        metadata: ["file": "\(file.path)", "error": "\(error)"])
                }
                isBroken = true
            }
            try? await Task.sleep(for: Self.interval)
        }
    }

    private func probe() async {
        while !Task.isCancelled {
            let pause = Self.probeInterval - gate.databaseUnheardFor
            if pause > .zero {
                try? await Task.sleep(for: pause)
            } else {
                await gate.ask()
            }
        }
    }
}
