// Which tests passed? One JSON document at the end, for the parent to read.
const MAX_FAILURES = 100;
const MAX_MESSAGE = 2000;

export default async function* report(events) {
    const seen = { passed: 0, failures: [] };
    for await (const { type, data } of events) {
        if (data?.details?.type === "suite" || data?.skip !== undefined || data?.todo !== undefined) continue;
        if (type === "test:pass") seen.passed += 1;
        if (type === "test:fail" && seen.failures.length < MAX_FAILURES) {
            const error = data.details.error?.cause ?? data.details.error;
            const message = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
            seen.failures.push({ name: data.name, message: message.slice(0, MAX_MESSAGE) });
        }
    }
    yield JSON.stringify(seen);
}
