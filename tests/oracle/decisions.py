"""Which reads decided otherwise than they would have on the truth: the user's function is run by a Lua interpreter of its
own, on what the plan says was known and what was to be known."""
import os
import subprocess
import tempfile

from truth import Unusable

LUA = os.environ.get("FRESHET_LUA", "lua5.4")


class Known:
    """Of one read: by place and key, (events, τ of the latest) as seen and in truth."""

    def __init__(self, at, seen, truth):
        self.at, self.seen, self.truth = at, seen, truth

    def put_right(self, places):
        return [self.truth[p] if p in places else seen for p, seen in enumerate(self.seen)]

    def differing(self):
        return [p for p, (seen, truth) in enumerate(zip(self.seen, self.truth)) if seen != truth]


class Lua:
    def __init__(self, plan):
        self.plan = plan

    def _question(self, spec, at, state):
        by_class = {}
        for s, keys in zip(spec["streams"], state):
            by_class.setdefault(self.plan["streams"][s]["class"], []).extend(
                f"{n} {(at - latest) / 1e9!r}" if n else "0 -" for n, latest in keys)
        return "\t".join([spec["name"]] + [part for name, keys in by_class.items() for part in (name, " ".join(keys))])

    def ask(self, questions):
        """[(spec, at, state)] -> answers, which are equal when the decisions are."""
        if not questions:
            return []
        with tempfile.TemporaryDirectory() as folder:
            scenario, params = os.path.join(folder, "scenario.lua"), os.path.join(folder, "params")
            with open(scenario, "w", encoding="utf-8") as file:
                file.write(self.plan["scenario_text"])
            with open(params, "w", encoding="utf-8") as file:
                file.writelines(f"{p['name']}\t{p['type']}\t{p['value']}\n" for p in self.plan["params"])
            program = os.path.join(os.path.dirname(os.path.abspath(__file__)), "decide.lua")
            text = "".join(self._question(*question) + "\n" for question in questions)
            try:
                ran = subprocess.run([LUA, program, scenario, params], input=text, capture_output=True, text=True, check=False)
            except FileNotFoundError as error:
                raise Unusable(f"{LUA} is not installed; scripts/setup installs it") from error
        answers = ran.stdout.splitlines()
        if ran.returncode != 0 or len(answers) != len(questions):
            raise Unusable(f"{LUA} answered {len(answers)} of {len(questions)} questions: {ran.stderr.strip()}")
        return answers


class Decisions:
    """(read, n) -> (wrong, critical, the place of the one stream that is the cause or None)"""

    def __init__(self, plan, specs, known):
        lua = Lua(plan)
        keys = [key for key in known if specs[key[0]].get("decide")]
        states = [(specs[r], k.at, state) for r, n in keys for k in [known[r, n]] for state in (k.seen, k.truth)]
        answers = lua.ask(states)
        seen, right = answers[::2], answers[1::2]
        self.of, more = {}, []
        for key, a, b in zip(keys, seen, right):
            self.of[key] = (False, False, None)
            if a != b:
                k, spec = known[key], specs[key[0]]
                places = k.differing()
                critical = [p for p in places if plan["streams"][spec["streams"][p]]["critical"]]
                mended = [[p] for p in places] + [critical]
                more.append((key, places, b, [(spec, k.at, k.put_right(set(m))) for m in mended]))
        answers = iter(lua.ask([question for *_, questions in more for question in questions]))
        for key, places, truth, questions in more:
            mended = [next(answers) == truth for _ in questions]
            causes = [p for p, right in zip(places, mended) if right]
            self.of[key] = (True, mended[-1], causes[0] if len(causes) == 1 else None)
