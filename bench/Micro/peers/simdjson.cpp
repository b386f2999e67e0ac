// Reads glued arrays with simdjson's On-Demand front end, as its documentation advises: iterate_many over documents,
// fields asked for in their order, strings unescaped. Dates are left as text. Threads, if any, count as processor time.
#include <simdjson.h>

#include <algorithm>
#include <cstdio>
#include <ctime>
#include <string_view>
#include <vector>

static double cpu_seconds() {
    timespec time;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return time.tv_sec + time.tv_nsec / 1e9;
}

int main(int argc, char **argv) {
    if (argc < 3) return 64;
    auto json = simdjson::padded_string::load(argv[1]).value();
    std::vector<double> seconds;
    size_t users = 0;
    int64_t sum = 0;
    for (int round = 0; round < 7; round++) {
        double start = cpu_seconds();
        users = 0;
        sum = 0;
        simdjson::ondemand::parser parser;
        simdjson::ondemand::document_stream documents;
        if (parser.iterate_many(json, 1 << 20).get(documents)) return 1;
        for (auto document : documents) {
            simdjson::ondemand::array array;
            if (document.get_array().get(array)) return 1;
            for (auto element : array) {
                simdjson::ondemand::object object;
                int64_t id;
                std::string_view name, email, time;
                bool deleted;
                if (element.get_object().get(object) || object["id"].get_int64().get(id)
                    || object["userName"].get_string().get(name) || object["email"].get_string().get(email)
                    || object["createdAt"].get_string().get(time) || object["deleted"].get_bool().get(deleted))
                    return 1;
                sum += id + name.size() + email.size() + time.size() + deleted;
                users++;
            }
        }
        seconds.push_back(cpu_seconds() - start);
    }
    std::sort(seconds.begin(), seconds.end());
    double median = seconds[seconds.size() / 2];
    printf("simdjson    %zu users: %.2f M users/s, %.2f GB/s (%s, sum %lld)\n", users, users / median / 1e6,
           json.size() / median / 1e9, argv[2], (long long)sum);
}
