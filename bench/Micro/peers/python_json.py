"""Reads glued arrays with the standard library's decoder, which is written in C."""
import json
import statistics
import sys
import time

data = open(sys.argv[1], "rb").read()
decode = json.JSONDecoder().raw_decode
seconds = []
for _ in range(3):
    start = time.process_time()
    text, position, users = data.decode(), 0, 0
    while position < len(text):
        array, position = decode(text, position)
        users += len(array)
    seconds.append(time.process_time() - start)
median = statistics.median(seconds)
print(f"Python json {users} users: {users / median / 1e6:.2f} M users/s, {len(data) / median / 1e9:.2f} GB/s")
