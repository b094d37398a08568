// Reads intervals.hlog with the Java HdrHistogram library. See readers.py for what it is asked and says.
import java.io.File;
import java.io.FileNotFoundException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Scanner;
import org.HdrHistogram.EncodableHistogram;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.HistogramLogReader;

public class Reader {
  public static void main(String[] args) throws FileNotFoundException {
    Map<String, List<Histogram>> byTag = new HashMap<>();
    HistogramLogReader reader = new HistogramLogReader(new File(args[0]));
    while (reader.hasNext()) {
      EncodableHistogram next = reader.nextIntervalHistogram();
      if (next == null) break;
      byTag.computeIfAbsent(next.getTag(), tag -> new ArrayList<>()).add((Histogram) next);
    }
    Scanner questions = new Scanner(System.in);
    while (questions.hasNextLine()) {
      String[] question = questions.nextLine().split("\t");
      Histogram sum = new Histogram(1, 86400000000L, 3);
      for (String tag : question[1].split(" "))
        for (Histogram one : byTag.getOrDefault(tag, List.of()))
          if (asked(question[2], one.getStartTimeStamp() / 1000)) sum.add(one);
      StringBuilder answer = new StringBuilder(question[0] + " " + sum.getTotalCount());
      for (double p : new double[] {50, 90, 99, 99.9, 100})
        answer.append(" ").append(sum.getTotalCount() == 0 ? 0 : sum.getValueAtPercentile(p));
      System.out.println(answer);
    }
  }

  static boolean asked(String spans, long second) {
    for (String span : spans.split(",")) {
      String[] ends = span.split("-");
      if (second >= Long.parseLong(ends[0]) && second < Long.parseLong(ends[1])) return true;
    }
    return false;
  }
}
