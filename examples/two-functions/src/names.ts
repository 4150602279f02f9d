/** What people call the flowers that the model tells apart. */
export const NAMES: Readonly<Record<string, string>> = {
  setosa: "bristle-pointed iris",
  versicolor: "blue flag",
  virginica: "Virginia iris",
};
