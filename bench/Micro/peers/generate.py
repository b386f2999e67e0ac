"""Writes arrays of 100 users glued together, as the legacy API sends them: generate.py USERS FILE"""
import random
import sys

random.seed(7)
count = int(sys.argv[1])
first = ["ana", "joao", "maria", "pedro", "lucas", "carla", "marcos", "beatriz", "josé", "rafael"]
last = ["silva", "souza", "costa", "lima"]
with open(sys.argv[2], "w", encoding="utf-8") as out:
    batch = []
    for user in range(1, count + 1):
        name = f"{random.choice(first)}.{random.choice(last)}{random.randrange(count)}"
        time = (
            f"20{random.randrange(10, 25):02}-{random.randrange(1, 13):02}-{random.randrange(1, 29):02}"
            f"T{random.randrange(24):02}:{random.randrange(60):02}:{random.randrange(60):02}.{random.randrange(1000):03}Z"
        )
        batch.append(
            f'{{"id":{user},"userName":"{name}","email":"{name.replace("é", "e")}@example.com",'
            f'"createdAt":"{time}","deleted":{"true" if random.random() < 0.03 else "false"}}}'
        )
        if len(batch) == 100 or user == count:
            out.write("[" + ",".join(batch) + "]")
            batch = []
