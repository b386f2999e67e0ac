import ServiceRuntime

/// Judges the schedule of `orchestrator serve`.
enum ScheduleCheck {
    /// What the settings say; whether the process that has the schedule runs is not known here.
    static func finding(interval: Duration?) -> Finding {
        guard let interval else {
            return .skipped(.schedule, "SYNC_EVERY is not set: syncs are started elsewhere, or by hand")
        }
        return .ok(.schedule, "'orchestrator serve' starts a sync every \(Humanized.duration(interval))")
    }

    /// What the process says that has the schedule.
    static func finding(_ schedule: ScheduleState.Reading, interval: Duration) -> Finding {
        if let failure = schedule.lastFailure {
            return .warning(
                .schedule, "the last scheduled sync could not start: \(failure)",
                advice: "remove the cause; the next start comes at its time, or press 'Start sync'")
        }
        return .ok(.schedule, "a sync starts every \(Humanized.duration(interval))")
    }
}
